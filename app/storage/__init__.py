"""SQLite on this machine: journal and outbox, settings. One writer thread; nothing here waits on the window's thread."""
