"""Runs first in the frozen program: PyInstaller's own hook imports PySide6 before the program can say how."""

from app.bootstrap.import_blocker import plain_imports

with plain_imports():
    import PySide6.QtCore  # noqa: F401
