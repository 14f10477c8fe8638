"""Services say what changed through events, so that they need to know neither Qt nor who listens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from app.core import defects

T = TypeVar("T")


class Event(Generic[T]):
    """Something that happens more than once. Listeners are told in the order they came, on the caller's thread."""

    __slots__ = ("_listeners",)

    def __init__(self) -> None:
        """Begin without listeners."""
        self._listeners: list[Callable[[T], None]] = []

    def subscribe(self, listener: Callable[[T], None]) -> Callable[[], None]:
        """Tell `listener` from now on; call what is returned to stop it."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe

    def emit(self, value: T) -> None:
        """Call every listener. One that fails is reported as a defect, and stops neither the others nor the caller."""
        for listener in tuple(self._listeners):
            try:
                listener(value)
            except Exception as error:  # noqa: BLE001 - a defect of a view must not stop a send between two of its steps
                defects.report(error)
