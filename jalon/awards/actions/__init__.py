"""Writes of step 4, by what they are about. Who locks what: always the application first."""
