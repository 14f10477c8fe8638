"""Writing a letter."""
