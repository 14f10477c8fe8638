"""The list of what is on its way."""
