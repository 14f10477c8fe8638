"""The messages of this machine in memory. Everything else stands on this."""
