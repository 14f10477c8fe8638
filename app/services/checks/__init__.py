"""Checks of a message before it is sent."""
