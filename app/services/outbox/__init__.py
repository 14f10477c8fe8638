"""A message from Send to a known end."""
