"""Writes of the forum: one verb a function, one transaction each, idempotent."""
