"""HTML from outside: made safe, and read as blocks and as text."""
