"""Writes on slots, what is given in them, and what becomes of it."""
