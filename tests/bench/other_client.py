"""Another client of the same mailbox: makes, rewrites, deletes and moves drafts while the program works on them."""

from __future__ import annotations

import random
import threading
from types import TracebackType

from tests.integration.sandbox import soap
from tests.sandbox_fixture import RunningSandbox

Name = tuple[str, str]


class OtherClient:
    """A thread that changes Drafts, a few times a second, as long as the `with` lasts. `spared` are left alone."""

    def __init__(self, server: RunningSandbox, pause: float, others: dict[str, Name] | None = None) -> None:
        """Work on what it makes itself, and on `others` (subject to item), with `pause` seconds after each change."""
        self.changes = 0
        self._server, self._pause = server, pause
        self._there = dict(others or {})
        self._made = 0
        self._chance = random.Random(7)
        self._over = threading.Event()
        self._failed: BaseException | None = None
        self._thread = threading.Thread(target=self._live)

    def __enter__(self) -> OtherClient:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()
        if self._failed is not None and error is None:
            raise self._failed

    def _live(self) -> None:
        try:
            while not self._over.wait(self._pause):
                self._change()
                self.changes += 1
        except BaseException as error:  # noqa: BLE001 - told by the thread that waits for this one
            self._failed = error

    def _change(self) -> None:
        act = self._chance.choice(["make", "rewrite", "delete", "move"] if self._there else ["make"])
        if act == "make":
            self._made += 1
            message = soap.message(f"Elsewhere {self._made}", "Of another client.", "james.okafor@contoso.com")
            self._there[f"Elsewhere {self._made}"] = self._ask(soap.create(message))
            return
        subject = self._chance.choice(list(self._there))
        item = self._there.pop(subject)
        if act == "rewrite":
            written = soap.set_field("item:Subject", f"<t:Subject>{subject}, anew</t:Subject>")
            self._there[f"{subject}, anew"] = self._ask(soap.update(item, written))
        elif act == "delete":
            self._ask(soap.delete([item]))
        else:
            place = f"<m:ToFolderId>{soap.folder('inbox')}</m:ToFolderId>"
            self._ask(f"<m:MoveItem>{place}{soap.item_ids([item])}</m:MoveItem>")

    def _ask(self, request: str) -> Name:
        reply = self._server.post(request, valid=False)
        assert set(reply.codes) == {"NoError"}, reply.codes
        return (reply.ids() or [("", "")])[0]


def subjects_of(server: RunningSandbox, folder: str = "drafts") -> list[str]:
    """Return the subjects that a folder of the first mailbox has on the server."""
    view = '<m:IndexedPageItemView MaxEntriesReturned="1000" Offset="0" BasePoint="Beginning"/>'
    found: list[str] = []
    while True:
        page = view.replace('Offset="0"', f'Offset="{len(found)}"')
        subjects = server.post(soap.find(folder, view=page)).all(".//t:Subject")
        found += [str(one.text) for one in subjects]
        if not subjects:
            return sorted(found)


def drafts_by_subject(server: RunningSandbox) -> dict[str, Name]:
    """Return the drafts of the first mailbox."""
    view = '<m:IndexedPageItemView MaxEntriesReturned="1000" Offset="0" BasePoint="Beginning"/>'
    reply = server.post(soap.find("drafts", view=view))
    return dict(zip([str(one.text) for one in reply.all(".//t:Subject")], reply.ids(), strict=True))
