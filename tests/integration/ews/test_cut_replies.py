"""Replies cut at every byte, and replies that are valid but unusual: never a shorter list, never a wrong word."""

from __future__ import annotations

import re
import tempfile
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.backends.ews.backend import EwsBackend
from app.backends.ews.soap_client import _Call
from app.domain.account import Account
from app.domain.errors import AccountError, ItemRefused
from app.domain.listing import Folder, Mark, Place
from app.domain.message import AccountId, DraftUpdate, Field, ItemRef, NewAttachment
from app.domain.outcome import AttachOutcome, FetchedAttachment, FetchOutcome, Outcome, Verdict
from app.domain.recipient import Recipient
from app.domain.record import CopyTo
from tests.integration.ews.conftest import draft, job
from tests.integration.ews.conftest import message as new_message
from tests.sandbox_fixture import NAMES, RunningSandbox

EXAMPLES = Path(__file__).resolve().parents[4] / "shared" / "spec" / "senditem-operation.en.md"
TWO = [ItemRef("A", "K"), ItemRef("B", "K")]
Write = Callable[[EwsBackend], list[Any]]


@dataclass
class Served:
    """What every request is answered with, instead of a server's answer."""

    content: bytes = b""

    @property
    def raw(self) -> Served:
        """The reply as it comes."""
        return self

    def iter_content(self, size: int) -> Iterator[bytes]:
        """The reply in pieces."""
        yield from (self.content[place : place + size] for place in range(0, len(self.content), size))

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Served:
    """Let every request be answered with `content`."""
    answer = Served()
    monkeypatch.setattr(_Call, "_get_response", lambda self, payload, api_version: answer)
    return answer


@pytest.fixture
def backend(make_backend: Callable[..., EwsBackend]) -> EwsBackend:
    return make_backend("https://mail.example.org/EWS/Exchange.asmx")


def attached(backend: EwsBackend, path: str) -> list[AttachOutcome]:
    files = [NewAttachment("a", path), NewAttachment("b", path)]
    return backend.attach(TWO[0], files, lambda *_: None, job())


WRITES: dict[str, Write] = {
    "CreateItem": lambda b: b.save([draft(), draft()], job()),
    "UpdateItem": lambda b: b.update(
        [DraftUpdate(ref, new_message("x"), frozenset({Field.SUBJECT})) for ref in TWO], job()
    ),
    "SendItem": lambda b: b.send(TWO, CopyTo(), job()),
    "DeleteItem": lambda b: b.delete(TWO, False, job()),
    "MoveItem": lambda b: b.move(TWO, Place(Folder.DELETED), job()),
    "CopyItem": lambda b: b.copy(TWO, Place(Folder.DELETED), job()),
    "CreateAttachment": lambda b: attached(b, __file__),
    "DeleteAttachment": lambda b: b.delete_attachments(["a", "b"], job()),
}
READS: dict[str, Callable[[EwsBackend], Any]] = {
    "GetItem": lambda b: b.get(TWO, job()),
    "FindItem": lambda b: b.list_folder(Folder.DRAFTS, 0, 2, job()),
    "ResolveNames": lambda b: b.resolve_names("sales", job()),
    "ExpandDL": lambda b: b.expand_group(Recipient("everyone@contoso.com"), job()),
    "GetMailTips": lambda b: b.mail_tips("", [Recipient("a@b.example"), Recipient("c@d.example")], job()),
    "SyncFolderItems": lambda b: b.sync(Place(Folder.DRAFTS), "", 2, job()),
    "GetAttachment": lambda b: b.get_attachment("a", fresh_path(), lambda _: None, job()),
    "FindFolder": lambda b: b.find_folders("", job()),
    "GetUserConfiguration": lambda b: b.category_list(job()),
}


def fresh_path() -> str:
    """A place for a file that is not there yet; what does not come whole leaves nothing at it."""
    return str(Path(tempfile.gettempdir()) / f"mailwright-cut-{uuid.uuid4().hex}")


def outcome_of(answer: Outcome | AttachOutcome) -> Outcome:
    return answer if isinstance(answer, Outcome) else answer.outcome


def recorded(sandbox: RunningSandbox, name: str, tmp_path: Path) -> bytes:
    """What the sandbox answers to an operation, two items long where it is one of items."""
    first = sandbox.first
    real = EwsBackend(
        Account(AccountId("r"), first["address"], sandbox.url, first["user"], ca_file=sandbox.ca_file),
        first["password"],
    )
    kept: list[bytes] = []
    asked = _Call._get_response

    def keep(self: _Call, payload: object, api_version: object) -> Any:
        response = asked(self, payload, api_version)
        kept.append(response.content)
        return response

    with pytest.MonkeyPatch.context() as patch:
        refs = [outcome.ref for outcome in real.save([draft(), draft()], job())]
        pair = [ref for ref in refs if ref is not None]
        made = real.attach(
            pair[0], [NewAttachment("a", __file__), NewAttachment("b", __file__)], lambda *_: None, job()
        )
        last = made[-1].outcome.ref
        assert last is not None
        pair[0] = last
        patch.setattr(_Call, "_get_response", keep)
        asks: dict[str, Callable[[], Any]] = {
            "CreateItem": lambda: real.save([draft(), draft()], job()),
            "UpdateItem": lambda: real.update(
                [DraftUpdate(ref, new_message("x"), frozenset({Field.SUBJECT})) for ref in pair], job()
            ),
            "SendItem": lambda: real.send(pair, CopyTo(), job()),
            "DeleteItem": lambda: real.delete(pair, False, job()),
            "MoveItem": lambda: real.move(pair, Place(Folder.DELETED), job()),
            "CopyItem": lambda: real.copy(pair, Place(Folder.DELETED), job()),
            "CreateAttachment": lambda: attached_to(real, pair[1]),
            "DeleteAttachment": lambda: real.delete_attachments([one.attachment_id for one in made], job()),
            "GetItem": lambda: real.get(pair, job()),
            "GetAttachment": lambda: real.get_attachment(
                made[0].attachment_id, str(tmp_path / "back"), lambda _: None, job()
            ),
        }
        asks.get(name, lambda: READS[name](real))()
    real.close()
    return kept[-1]


def attached_to(backend: EwsBackend, parent: ItemRef) -> list[AttachOutcome]:
    files = [NewAttachment("a", __file__), NewAttachment("b", __file__)]
    return backend.attach(parent, files, lambda *_: None, job())


@pytest.mark.parametrize("name", WRITES)
def test_a_write_whose_answer_is_cut_anywhere_has_two_outcomes_and_claims_nothing(
    name: str, sandbox: RunningSandbox, tmp_path: Path, backend: EwsBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = recorded(sandbox, name, tmp_path)
    answer = Served()
    monkeypatch.setattr(_Call, "_get_response", lambda self, payload, api_version: answer)
    for length in range(len(whole)):
        answer.content = whole[:length]
        outcomes = [outcome_of(one) for one in WRITES[name](backend)]
        assert [outcome.verdict for outcome in outcomes] == [Verdict.UNKNOWN] * 2, length
        assert all(outcome.trouble is not None for outcome in outcomes)
    answer.content = whole
    assert [outcome_of(one).verdict for one in WRITES[name](backend)] == [Verdict.ACCEPTED] * 2


@pytest.mark.parametrize("name", READS)
def test_a_read_whose_answer_is_cut_anywhere_is_a_trouble_and_no_shorter_list(
    name: str, sandbox: RunningSandbox, tmp_path: Path, backend: EwsBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = recorded(sandbox, name, tmp_path)
    answer = Served()
    monkeypatch.setattr(_Call, "_get_response", lambda self, payload, api_version: answer)
    for length in range(len(whole)):
        answer.content = whole[:length]
        with pytest.raises(AccountError):
            READS[name](backend)


def examples() -> list[bytes]:
    if not EXAMPLES.is_file():
        pytest.skip("the specification of SendItem is not on this machine")
    blocks = re.findall(r"```xml\n(.*?)```", EXAMPLES.read_text(encoding="utf-8"), re.DOTALL)
    return [block.strip().encode() for block in blocks if "SendItemResponse" in block]


def test_the_specifications_own_answers_are_understood_and_cut_ones_are_unknown(
    backend: EwsBackend, served: Served
) -> None:
    success, malformed = examples()
    served.content = success
    assert backend.send(TWO[:1], CopyTo(), job())[0].verdict is Verdict.ACCEPTED
    served.content = malformed
    words = backend.send(TWO[:1], CopyTo(), job())[0].words
    assert words is not None
    assert (words.response_code, words.message_text, words.descriptive_link_key) == (
        "ErrorInvalidIdMalformed",
        "Id is malformed.",
        0,
    )
    for whole in (success, malformed):
        for length in range(len(whole)):
            served.content = whole[:length]
            outcomes = backend.send(TWO, CopyTo(), job())
            assert [outcome.verdict for outcome in outcomes] == [Verdict.UNKNOWN] * 2


def reply(operation: str, messages: str) -> bytes:
    names = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMES.items())
    inner = f"<m:{operation}Response><m:ResponseMessages>{messages}</m:ResponseMessages></m:{operation}Response>"
    return f"<s:Envelope {names}><s:Body>{inner}</s:Body></s:Envelope>".encode()


def message(operation: str, inner: str = "", attributes: str = 'ResponseClass="Success"') -> str:
    code = "<m:ResponseCode>NoError</m:ResponseCode>"
    return f"<m:{operation}ResponseMessage {attributes}>{code}{inner}</m:{operation}ResponseMessage>"


def test_one_answer_for_several_ids_leaves_the_rest_unknown(backend: EwsBackend, served: Served) -> None:
    served.content = reply("SendItem", message("SendItem"))
    verdicts = [outcome.verdict for outcome in backend.send([*TWO, *TWO], CopyTo(), job())]
    assert verdicts == [Verdict.ACCEPTED, Verdict.UNKNOWN, Verdict.UNKNOWN, Verdict.UNKNOWN]


@pytest.mark.parametrize("attributes", ["", 'ResponseClass=""', 'ResponseClass="Maybe"', 'ResponseClass="Error"'])
def test_an_answer_that_says_neither_yes_nor_no_is_unknown(
    backend: EwsBackend, served: Served, attributes: str
) -> None:
    served.content = reply("SendItem", message("SendItem", attributes=attributes))
    assert backend.send(TWO[:1], CopyTo(), job())[0].verdict is Verdict.UNKNOWN


def test_a_save_without_a_name_is_unknown_and_a_move_without_one_is_a_move(backend: EwsBackend, served: Served) -> None:
    served.content = reply("CreateItem", message("CreateItem", "<m:Items/>"))
    assert backend.save([draft()], job())[0].verdict is Verdict.UNKNOWN
    served.content = reply("MoveItem", message("MoveItem"))
    assert backend.move(TWO[:1], Place(Folder.SENT), job())[0].verdict is Verdict.ACCEPTED


def test_an_attachment_without_a_name_is_unknown(backend: EwsBackend, served: Served) -> None:
    served.content = reply("CreateAttachment", message("CreateAttachment", "<m:Attachments/>") * 2)
    assert [one.outcome.verdict for one in attached(backend, __file__)] == [Verdict.UNKNOWN] * 2


ITEM = '<t:Message><t:ItemId Id="A" ChangeKey="K"/><t:InternetMessageId>&lt;a&gt;</t:InternetMessageId></t:Message>'


def folder(inner: str, total: int = 1) -> bytes:
    root = f'<m:RootFolder TotalItemsInView="{total}" IncludesLastItemInRange="true">{inner}</m:RootFolder>'
    return reply("FindItem", message("FindItem", root))


def test_items_in_groups_are_items(backend: EwsBackend, served: Served) -> None:
    group = f"<t:GroupedItems><t:GroupIndex>x</t:GroupIndex><t:Items>{ITEM}</t:Items></t:GroupedItems>"
    served.content = folder(f"<t:Groups>{group}</t:Groups>")
    assert [row.ref.item_id for row in backend.list_folder(Folder.DRAFTS, 0, 5, job()).rows] == ["A"]


def test_a_list_that_is_missing_is_no_absence(backend: EwsBackend, served: Served) -> None:
    served.content = folder("")
    with pytest.raises(AccountError):
        backend.locate([Mark("l", "<a>")], [Folder.DRAFTS], job())
    served.content = folder("", total=0)
    assert backend.locate([Mark("l", "<a>")], [Folder.DRAFTS], job()) == []


def test_a_folder_that_is_refused_is_no_empty_one(backend: EwsBackend, served: Served) -> None:
    refused = '<m:X ResponseClass="Error"><m:ResponseCode>ErrorFolderNotFound</m:ResponseCode></m:X>'
    served.content = reply("FindItem", refused)
    with pytest.raises(ItemRefused):
        backend.list_folder(Folder.DRAFTS, 0, 5, job())


def test_an_item_of_another_kind_is_read_for_what_it_has(backend: EwsBackend, served: Served) -> None:
    inner = f"<m:Items>{ITEM.replace('Message', 'PostItem', 1).replace('</t:Message>', '</t:PostItem>')}</m:Items>"
    served.content = reply("GetItem", message("GetItem", inner))
    answers: list[FetchOutcome] = backend.get(TWO[:1], job())
    assert answers[0].item is not None
    assert answers[0].item.message_id == "<a>"


def test_an_attachment_that_does_not_come_is_unknown(backend: EwsBackend, served: Served, tmp_path: Path) -> None:
    served.content = reply("GetAttachment", message("GetAttachment", "<m:Attachments/>"))
    fetch: FetchedAttachment = backend.get_attachment("a", str(tmp_path / "x"), lambda _: None, job())
    assert (fetch.outcome.verdict, fetch.attachment) == (Verdict.UNKNOWN, None)
