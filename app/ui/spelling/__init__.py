"""Spelling as the window sees it: the pipe to the checker, and the marks under words in an editor."""
