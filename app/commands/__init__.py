"""What can be done: commands with their keys, the only source of menus, shortcuts, palette and the keyboard reference."""
