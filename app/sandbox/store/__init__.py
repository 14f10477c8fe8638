"""Keeps the mailboxes: people, folders, messages and their parts, in one SQLite file."""
