"""What a person's action does when it touches more than one room."""
