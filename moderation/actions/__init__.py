"""Writes of moderation: one verb a function; decision, effect, audit and notice in one transaction."""
