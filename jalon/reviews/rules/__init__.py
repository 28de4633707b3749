"""What reviews decide, on plain data."""
