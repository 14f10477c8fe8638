"""The fields of a message: how each is read, written, searched and sorted, and which shapes it belongs to."""
