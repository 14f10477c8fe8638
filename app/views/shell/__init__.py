"""The window: rail, lists, pane, palette, bars."""
