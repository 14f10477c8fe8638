"""Keeps the mailboxes: people, folders, letters and their parts, in one SQLite file."""
