"""Messages that are written, and their way out."""
