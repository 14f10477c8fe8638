"""Mailwright: mail for people who write on Exchange all day."""

__version__ = "0.1.0"

RELEASES = ""
"""Where new versions are announced (`domain/release.py` says how); none is asked for until the project has a home.

A system that brings new versions itself leaves it empty. `MAILWRIGHT_RELEASES` names another one.
"""

CLIENT_ID = ""
"""Under which this package is registered at Microsoft Entra ID (docs/packaging.md); with none each organisation names
its own. A preset goes before it. `MAILWRIGHT_CLIENT_ID` names another one.
"""

APP_ID = "io.github.mailwright.mailwright"
"""The name by which desktops and stores know it: of the menu entry, AppStream data, icons, Flatpak and .app."""
