"""How the sandbox stands up to a large mailbox: measured and printed, and never failed on a clock."""

import statistics
import time
from pathlib import Path

import pytest

from app.sandbox.server import open_store
from app.sandbox.store.items import StoredBody, StoredMailbox
from app.sandbox.store.mail_store import MailStore
from tests.integration.sandbox import soap
from tests.sandbox_fixture import RunningSandbox, start, stop

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]

SMALL, LARGE = 1_000, 100_000
PAGE = '<m:IndexedPageItemView MaxEntriesReturned="20" Offset="0" BasePoint="Beginning"/>'


def fill(store: MailStore, name: str, count: int) -> None:
    """Put messages into a folder of the first mailbox, in one write."""
    owner = store.people.everybody()[0]
    folder = store.folders.distinguished(owner.id, name)
    with store.database.writing():
        for number in range(count):
            item = store.items.start(owner.id, folder.id)
            item.row.update(subject=f"Message {number}", message_id=f"<{name}-{number}@contoso.com>")
            item.row["received"] = 1_700_000_000_000 + number * 1000
            item.set_body(StoredBody("Text", "A few words. " * 20))
            item.set_recipients("to", [StoredMailbox("James Okafor", "james.okafor@contoso.com", "SMTP", "Mailbox")])
            store.items.save(item)


def median(sandbox: RunningSandbox, request: str, times: int = 15) -> float:
    """Return the median time of a request in milliseconds."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        reply = sandbox.post(request)
        taken.append((time.perf_counter() - began) * 1000)
        assert reply.codes == ["NoError"]
    return statistics.median(taken)


def test_the_first_page_of_a_hundred_thousand_against_that_of_a_thousand(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    fill(store, "notes", SMALL)
    fill(store, "journal", LARGE)
    store.database.close()
    running = start("--data", str(tmp_path))
    order = f'<t:FieldOrder Order="Descending">{soap.field("item:LastModifiedTime")}</t:FieldOrder>'
    try:
        for what, more in (
            ("first page", {"view": PAGE}),
            ("first page by time of change", {"view": PAGE, "order": order}),
            ("one letter by its Message-ID", {"name": "message:InternetMessageId"}),
            ("one letter by its marker", {"name": ""}),
        ):
            taken = []
            for folder in ("notes", "journal"):
                uri = more.get("name")
                if uri is None:
                    request = soap.find(folder, **more)
                else:
                    path = soap.field(uri) if uri else soap.MARKER_PATH
                    request = soap.find(folder, restriction=soap.equals(path, f"<{folder}-7@contoso.com>"))
                taken.append(median(running, request))
            small, large = taken
            print(f"{what}: {small:.1f} ms of {SMALL}, {large:.1f} ms of {LARGE}, ratio {large / small:.2f}")
    finally:
        stop(running)
