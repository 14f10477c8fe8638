"""Every sentence about a message, an outcome or a person, in one place."""
