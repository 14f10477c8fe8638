"""The test of a connection, from the form down to the wire."""
