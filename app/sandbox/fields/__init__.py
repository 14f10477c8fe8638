"""The fields of a letter: how each is read, written, searched and sorted, and which shapes it belongs to."""
