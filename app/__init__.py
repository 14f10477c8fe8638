"""Mailwright: mail for people who write on Exchange all day."""

__version__ = "0.1.0"

APP_ID = "io.github.mailwright.mailwright"
"""The name by which desktops and stores know it: of the menu entry, AppStream data, icons, Flatpak and .app."""
