"""Marks on what was answered or passed on: written as other programs write them, and read back as they read them."""

from __future__ import annotations

import time

import pytest

from app.backends.ews.backend import EwsBackend
from app.domain.message import ItemRef
from app.domain.original import OriginalMark, Verb
from app.domain.outcome import Verdict
from tests.integration.ews.conftest import job
from tests.integration.sandbox import soap
from tests.sandbox_fixture import RunningSandbox

NOW = float(int(time.time()))
MARKS = "".join(
    f'<t:ExtendedFieldURI PropertyTag="{tag}" PropertyType="{kind}"/>'
    for tag, kind in (("0x1080", "Integer"), ("0x1081", "Integer"), ("0x1082", "SystemTime"))
)


def received(sandbox: RunningSandbox) -> list[ItemRef]:
    return [ItemRef(*one) for one in sandbox.post(soap.find("inbox")).ids()]


def shown(sandbox: RunningSandbox, ref: ItemRef) -> tuple[str | None, list[str]]:
    """Return whether it is read, and the values of its three properties."""
    reply = sandbox.post(soap.get([(ref.item_id, "")], "IdOnly", soap.field("message:IsRead") + MARKS))
    return reply.text(".//t:IsRead"), [str(one.text) for one in reply.all(".//t:Value")]


def moment(when: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(when))


@pytest.mark.parametrize(
    ("verb", "icon"), [(Verb.REPLIED, "261"), (Verb.REPLIED_TO_ALL, "261"), (Verb.FORWARDED, "262")]
)
def test_a_message_says_what_was_done_with_it_and_that_it_is_read(
    backend: EwsBackend, sandbox: RunningSandbox, verb: Verb, icon: str
) -> None:
    ref = received(sandbox)[0]
    (outcome,) = backend.mark_originals([OriginalMark(ref, verb, NOW)], job())
    assert outcome.accepted
    assert shown(sandbox, ref) == ("true", [icon, str(int(verb)), moment(NOW)])


def test_a_version_that_another_program_made_since_is_marked_too(backend: EwsBackend, sandbox: RunningSandbox) -> None:
    ref = received(sandbox)[0]
    change = soap.set_field("item:Categories", "<t:Categories><t:String>Blue</t:String></t:Categories>")
    assert sandbox.post(soap.update((ref.item_id, ref.change_key), change)).codes == ["NoError"]
    assert backend.mark_originals([OriginalMark(ref, Verb.REPLIED, NOW)], job())[0].accepted


def test_the_same_mark_is_written_once_and_an_older_one_not_at_all(
    backend: EwsBackend, sandbox: RunningSandbox
) -> None:
    ref = received(sandbox)[0]
    for verb, at in ((Verb.REPLIED, NOW), (Verb.REPLIED, NOW), (Verb.FORWARDED, NOW - 60)):
        assert backend.mark_originals([OriginalMark(ref, verb, at)], job())[0].accepted
    assert len(sandbox.journal("UpdateItem")) == 1
    assert shown(sandbox, ref)[1][1] == "102"
    assert backend.mark_originals([OriginalMark(ref, Verb.FORWARDED, NOW + 60)], job())[0].accepted
    assert shown(sandbox, ref)[1] == ["262", "104", moment(NOW + 60)]


def test_of_many_each_has_its_own_outcome(backend: EwsBackend, sandbox: RunningSandbox) -> None:
    first, second = received(sandbox)[:2]
    marks = [OriginalMark(one, Verb.REPLIED, NOW) for one in (first, ItemRef("nonsense"), second, first)]
    verdicts = [outcome.verdict for outcome in backend.mark_originals(marks, job())]
    assert verdicts == [Verdict.ACCEPTED, Verdict.REFUSED, Verdict.ACCEPTED, Verdict.ACCEPTED]
    assert shown(sandbox, second)[1][1] == "102"


def test_no_receipt_goes_out_neither_by_reading_nor_by_the_mark(backend: EwsBackend, sandbox: RunningSandbox) -> None:
    wish = "<t:IsReadReceiptRequested>true</t:IsReadReceiptRequested>"
    asking = soap.message("Say when you read it", "Please", sandbox.first["address"], after=wish)
    assert sandbox.post(soap.create(asking, disposition="SendOnly"), "sofia.lindqvist").codes == ["NoError"]
    where = soap.equals(soap.field("item:Subject"), "Say when you read it")
    (ref,) = [ItemRef(*one) for one in sandbox.post(soap.find("inbox", restriction=where)).ids()]
    item = backend.get([ref], job())[0].item
    assert item is not None
    assert not item.is_read
    assert shown(sandbox, ref)[0] == "false", "reading it here says nothing"
    assert backend.mark_originals([OriginalMark(ref, Verb.REPLIED, NOW)], job())[0].accepted
    assert shown(sandbox, ref)[0] == "true"
    told = soap.equals(soap.field("item:Subject"), "Read: Say when you read it")
    assert sandbox.post(soap.find("inbox", restriction=told), "sofia.lindqvist").ids() == []


def test_what_never_left_says_so(sandbox: RunningSandbox, backend: EwsBackend) -> None:
    ref = received(sandbox)[0]
    sandbox.faults([{"operation": "GetItem", "action": "status", "status": 503}])
    (outcome,) = backend.mark_originals([OriginalMark(ref, Verb.REPLIED, NOW)], job())
    assert outcome.verdict is Verdict.NOT_ATTEMPTED
