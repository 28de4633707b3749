"""Every hand-over between vendor and agency."""
