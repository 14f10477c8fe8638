"""The window: sidebar, lists, pane, palette, bars."""
