"""Mailwright: mail for people who write on Exchange all day."""

__version__ = "0.1.0"
