"""Runs before all else in the frozen program: an upgrade may replace its files as soon as it runs."""

from app.core.program_files import keep_archives_open

keep_archives_open()
