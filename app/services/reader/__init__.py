"""Reading a message."""
