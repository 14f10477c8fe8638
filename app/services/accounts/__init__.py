"""Accounts, what belongs to an account, and what its server offers."""
