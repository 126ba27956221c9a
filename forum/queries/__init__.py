"""Reads that a page needs, each for one viewer and through the one door."""
