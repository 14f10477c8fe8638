"""The list of what was sent."""
