"""The program with a clock that runs eight times as fast, which tells on order what it shows: a process of a bench.

    python -m tests.bench.hurried [options of the program]

Its pauses (for undo, before it looks for a message once more) are over sooner; nothing else in it is different. On
standard input it takes `shown` (the field with the focus, and its text), `messages` (each message of this machine with
the words of its row) and `rows` (what each list shows), and answers each with one line of JSON.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from typing import TYPE_CHECKING, Any, Final

from app.bootstrap.adapters import SystemClock

if TYPE_CHECKING:
    from app.bootstrap.parts import Parts

FASTER: Final = 8.0
_MANY: Final = 40


class QuickClock(SystemClock):
    """The clock of a program in a hurry."""

    def __init__(self) -> None:
        self._began, self._since = time.time(), time.monotonic()

    def now(self) -> float:
        """Return the time, which ran off from the true one at the start."""
        return self._began + (time.monotonic() - self._since) * FASTER

    async def sleep(self, seconds: float) -> None:
        """Sleep an eighth of it."""
        await asyncio.sleep(max(0.0, seconds) / FASTER)


def _messages(parts: Parts) -> list[dict[str, Any]]:
    from app.services.text.status_text import state_words

    now = parts.clock.now()
    return [
        {
            "id": one.local_id,
            "subject": one.head.subject,
            "state": one.state.value,
            "words": state_words(one, now).text,
            "action": state_words(one, now).action,
            "problem": one.problem,
            "saved": one.saved,
            "verified": bool(one.verified),
            "discarded": bool(one.discarded),
            "passing": one.save_outcome is not None and one.save_outcome.verdict.value != "refused",
        }
        for one in parts.records.all()
    ]


def _rows(parts: Parts) -> dict[str, list[str]]:
    from PySide6.QtCore import Qt
    from PySide6.QtWidgets import QTableView

    found: dict[str, list[str]] = {}
    for view in parts.window.findChildren(QTableView):
        model = view.model()
        rows = range(min(model.rowCount(), _MANY))
        role = Qt.ItemDataRole.AccessibleTextRole
        found[view.accessibleName()] = [str(model.index(row, 0).data(role)) for row in rows]
    return found


def _shown(parts: Parts) -> dict[str, str]:
    from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QTextEdit

    field = QApplication.focusWidget()
    text = ""
    if isinstance(field, QPlainTextEdit | QTextEdit):
        text = field.toPlainText()
    elif isinstance(field, QLineEdit):
        text = field.text()
    account = parts.accounts.default
    ready = account is not None and parts.accounts.is_open(account.account_id)
    return {"field": "" if field is None else field.accessibleName(), "text": text, "ready": "yes" if ready else ""}


_ANSWERS: Final = {"messages": _messages, "rows": _rows, "shown": _shown}


def main() -> int:
    """Start the parts."""
    from app.bootstrap.import_blocker import plain_imports

    with plain_imports():
        from PySide6.QtCore import QSocketNotifier

    from app.bootstrap import adapters
    from app.bootstrap import parts as made

    class Telling(made.Parts):
        def __init__(self, *world: Any) -> None:
            super().__init__(*world)
            self._orders = QSocketNotifier(0, QSocketNotifier.Type.Read, self.window)
            self._orders.activated.connect(self._answer)

        def _answer(self) -> None:
            said = os.read(0, 4096).decode()
            if not said:
                self._orders.setEnabled(False)
            for order in said.split():
                os.write(1, f"{order} {json.dumps(_ANSWERS[order](self))}\n".encode())

    made.Parts = Telling  # type: ignore[misc,assignment]  # the start asks this module for it
    adapters.SystemClock = QuickClock  # type: ignore[misc]  # as above
    from app.__main__ import main as start

    sys.argv = ["mailwright", *sys.argv[1:]]
    return start()


if __name__ == "__main__":
    sys.exit(main())
