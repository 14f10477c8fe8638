"""HTML from outside: made safe, read as blocks or as plain text. The rest of the program asks `surface.py` alone."""
