"""In place of PyInstaller's own hook, which takes every lexer, 1.5 MB: exchangelib imports one, by its name."""

hiddenimports: list[str] = []
