"""The child process that knows dictionaries: Hunspell holds Python's lock while it searches, for up to seconds."""
