"""Services say what changed through events, so that they need to know neither Qt nor who listens."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

log = logging.getLogger(__name__)


class Event(Generic[T]):
    """Something that happens more than once. Listeners are told in the order they came, on the caller's thread."""

    __slots__ = ("_listeners",)

    def __init__(self) -> None:
        """Begin with nobody listening."""
        self._listeners: list[Callable[[T], None]] = []

    def subscribe(self, listener: Callable[[T], None]) -> Callable[[], None]:
        """Tell `listener` from now on; call what is returned to stop it."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe

    def emit(self, value: T) -> None:
        """Tell everyone. A listener that fails is a defect, is logged as one, and stops neither the others nor us."""
        for listener in tuple(self._listeners):
            try:
                listener(value)
            except Exception:  # a view's defect must not stop a send between two of its steps
                log.exception("a listener failed")
