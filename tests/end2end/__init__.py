"""The program as a person meets it: real keys into a real window on a display of its own."""
