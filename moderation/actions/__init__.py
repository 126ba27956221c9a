"""Writes of moderation: decision, effect, audit and notice in one transaction each."""
