"""What can be done: commands with their keys, the one source of shortcuts, palette, tooltips and keyboard reference."""
