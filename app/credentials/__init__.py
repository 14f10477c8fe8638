"""Secrets: the system's keyring, and memory where there is none. Certificates later."""
