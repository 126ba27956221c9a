"""Becoming, and staying, a health professional here: a list of tasks over several visits."""
