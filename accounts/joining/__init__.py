"""Joining: one thing a page, kept in the session until the account is made (J1, P1.1 to P1.7)."""
