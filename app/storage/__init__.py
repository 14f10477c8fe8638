"""SQLite on this machine: journal and outbox, settings. One writer thread; the window's thread never waits for it."""
