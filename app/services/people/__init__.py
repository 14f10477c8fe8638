"""The people whom the person writes to."""
