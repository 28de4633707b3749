"""Reads of the agency's desk, across packages."""
