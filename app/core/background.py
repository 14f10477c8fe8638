"""How services start work of their own: through a callable that keeps the task and looks at its end."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Final

Spawn = Callable[[Coroutine[Any, Any, Any], str], object]
"""`spawn(work, name)`: starts `work`; in the window it is `ui/tasks.Tasks.spawn`."""

FIRST_PAUSE: Final = 15.0
LONGEST_PAUSE: Final = 300.0


def growing_pause(attempt: int) -> float:
    """Return how many seconds to wait before trying again; `attempt` counts the tries that failed, from 1."""
    return min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** max(0, min(attempt, 16) - 1))
