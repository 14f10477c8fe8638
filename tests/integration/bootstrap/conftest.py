"""The rules for what touches Qt, and the window over fakes."""

from tests.program_scene import program_scene
from tests.qt_rules import expected_warnings, no_task_left, nothing_left

__all__ = ["expected_warnings", "no_task_left", "nothing_left", "program_scene"]
