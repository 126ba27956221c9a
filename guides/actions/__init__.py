"""What people do with guides. One verb a function; each in one transaction, with its event."""
