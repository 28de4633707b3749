"""Writes on applications, by what they are about."""
