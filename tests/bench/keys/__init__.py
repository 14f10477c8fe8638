"""Keys at random in a true window, and a judge that knows for each of them where it was meant to go."""
