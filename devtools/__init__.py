"""What dev.py is made of: set-up on the standard library alone, since it runs before anything is installed."""
