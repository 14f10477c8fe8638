"""HTML from outside: made safe, read as blocks or as plain text. The program calls `surface.py` alone."""
