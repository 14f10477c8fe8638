"""What the program does with mail, whatever draws it and whatever server is behind: drafts, outbox, accounts."""
