"""Secrets: the system's keyring, and memory where there is none; and the certificates that an account trusts."""
