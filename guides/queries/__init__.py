"""Reads that a page needs."""
