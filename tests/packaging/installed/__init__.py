"""The package itself, installed into a new Debian and used there (python3 dev.py package try)."""
