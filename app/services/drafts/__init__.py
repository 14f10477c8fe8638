"""A draft from its first key to its last save."""
