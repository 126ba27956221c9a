"""Messages to devices (web push, RFC 8030): that there is something new, and nothing else."""
