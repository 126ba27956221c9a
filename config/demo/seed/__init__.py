"""Filling the demo: people, threads, queue, and on request a crowd, all from one seed number."""
