"""Each manner does its one thing where it is switched on, and without it the book holds."""

import base64
import http.client
import json
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from app.sandbox.manners import TIMED, Manner
from tests.integration.sandbox import soap
from tests.integration.sandbox.test_a_messages_way import draft, found
from tests.integration.sandbox.test_attachments import attach, file, ids_of
from tests.integration.sandbox.test_no_stricter_than_exchange import MIME
from tests.integration.sandbox.test_trouble_on_order import BROKEN
from tests.sandbox_fixture import ROOT, Reply, RunningSandbox, envelope, start, stop

JAMES, SOFIA = "james.okafor@contoso.com", "sofia.lindqvist@contoso.com"
Id = tuple[str, str]


def now(sandbox: RunningSandbox, item: Id) -> Id:
    """The item's id with the ChangeKey that it has now."""
    return sandbox.post(soap.get([(item[0], "")], "IdOnly")).ids()[0]


def subject(text: str) -> str:
    return soap.set_field("item:Subject", f"<t:Subject>{text}</t:Subject>")


def to(*addresses: str) -> str:
    return soap.set_field("message:ToRecipients", soap.people("ToRecipients", *addresses))


def shown(sandbox: RunningSandbox, item: Id, name: str) -> str | None:
    return sandbox.post(soap.get([(item[0], "")])).text(f".//t:Message/t:{name}")


def subjects(sandbox: RunningSandbox) -> list[str]:
    return [one["subject"] for one in sandbox.deliveries()]


def both_ways(sandbox: RunningSandbox, *names: Manner) -> Iterator[bool]:
    """Yield whether the manners are on, for each of two passes; switches them before each."""
    for on in (False, True):
        sandbox.reset(messages=False)
        sandbox.manners(*(names if on else ()))
        yield on


def test_drafts_are_not_marked_as_drafts(sandbox: RunningSandbox) -> None:
    for on in both_ways(sandbox, Manner.DRAFTS_NOT_MARKED):
        item = draft(sandbox, "Unmarked")
        assert shown(sandbox, item, "IsDraft") == ("false" if on else "true")
        # It is edited and sent all the same.
        item = sandbox.post(soap.update(item, to(SOFIA), subject("Unmarked too"))).ids()[0]
        assert shown(sandbox, item, "IsDraft") == ("false" if on else "true")
        assert sandbox.post(soap.send([item])).codes == ["NoError"]
        assert [one["recipient"] for one in sandbox.deliveries()] == [SOFIA]
        assert len(found(sandbox, "sentitems", "Unmarked too")) == 1
        sent = found(sandbox, "sentitems", "Unmarked too")
        assert sandbox.post(soap.send(sent)).codes == ["ErrorInvalidItemForOperationSendItem"]
        (received,) = found(sandbox, "inbox", "Unmarked too", SOFIA)
        assert shown(sandbox, sent[0], "IsDraft") == "false"
        assert sandbox.post(soap.send([received]), SOFIA).codes == ["ErrorInvalidItemForOperationSendItem"]


def test_the_answers_to_send_item_lie_in_another_element(sandbox: RunningSandbox) -> None:
    for on in both_ways(sandbox, Manner.RESPONSES_RENAMED):
        document = envelope(soap.send([draft(sandbox), ("AAAA", "x")])).encode()
        reply = sandbox.post_raw(document, valid_reply=not on)
        holder = "m:Responses" if on else "m:ResponseMessages"
        assert len(reply.all(f"s:Body/m:SendItemResponse/{holder}/m:SendItemResponseMessage")) == 2
        assert len(reply.all("s:Body/m:SendItemResponse/*")) == 1
        assert reply.codes[0] == "NoError"
        assert len(sandbox.deliveries()) == 1


def test_send_item_leaves_the_draft_files_nothing_and_sends_again(sandbox: RunningSandbox) -> None:
    for on in both_ways(sandbox, Manner.SEND_FILES_NOTHING):
        item = draft(sandbox, "Twice")
        assert sandbox.post(soap.send([item])).codes == ["NoError"]
        assert len(found(sandbox, "drafts", "Twice")) == int(on)
        assert len(found(sandbox, "sentitems", "Twice")) == int(not on)
        assert sandbox.post(soap.send([item])).codes == ["NoError" if on else "ErrorItemNotFound"]
        assert len(sandbox.deliveries()) == (2 if on else 1)


def test_update_and_send_files_by_the_book_where_send_item_does_not(sandbox: RunningSandbox) -> None:
    sandbox.manners(Manner.SEND_FILES_NOTHING, Manner.LEAVE_DRAFT, Manner.FILE_ELSEWHERE)
    item = draft(sandbox, "By update")
    assert sandbox.post(soap.update(item, to(JAMES), disposition="SendAndSaveCopy")).codes == ["NoError"]
    assert (len(found(sandbox, "drafts", "By update")), len(found(sandbox, "sentitems", "By update"))) == (0, 1)


@pytest.mark.parametrize("manner", [Manner.SEND_FILES_NOTHING, Manner.LEAVE_DRAFT])
def test_a_held_message_goes_once_and_its_draft_stays(sandbox: RunningSandbox, manner: Manner) -> None:
    sandbox.manners(manner)
    item = draft(sandbox, "Held", extended=deferred(0.5))
    assert sandbox.post(soap.send([item])).codes == ["NoError"]
    while not sandbox.deliveries():
        time.sleep(0.05)
    assert len(found(sandbox, "drafts", "Held")) == 1
    assert found(sandbox, "outbox", "Held") == []
    # The timer looks again, which would send what is still held.
    again = draft(sandbox, "Held after it", extended=deferred(0.5))
    sandbox.post(soap.send([again]))
    while "Held after it" not in subjects(sandbox):
        time.sleep(0.05)
    assert subjects(sandbox).count("Held") == 1


@pytest.mark.parametrize(
    ("manner", "drafts", "sent"), [(Manner.LEAVE_DRAFT, 1, 1), (Manner.FILE_ELSEWHERE, 1, 0), (None, 0, 1)]
)
def test_where_send_item_files(sandbox: RunningSandbox, manner: Manner | None, drafts: int, sent: int) -> None:
    sandbox.manners(*([manner] if manner else []))
    item = draft(sandbox, "Filed")
    assert sandbox.post(soap.send([item])).codes == ["NoError"]
    assert (len(found(sandbox, "drafts", "Filed")), len(found(sandbox, "sentitems", "Filed"))) == (drafts, sent)
    assert len(sandbox.deliveries()) == 1


def test_a_stale_key_updates(sandbox: RunningSandbox) -> None:
    for on in both_ways(sandbox, Manner.STALE_KEY_UPDATES):
        stale = draft(sandbox)
        sandbox.post(soap.update(stale, subject("By another client")))
        reply = sandbox.post(soap.update(stale, subject("By us")))
        assert reply.codes == ["NoError" if on else "ErrorIrresolvableConflict"]
        assert shown(sandbox, stale, "Subject") == ("By us" if on else "By another client")
        assert sandbox.post(soap.send([stale])).codes == ["ErrorStaleObject"]


def test_a_stale_key_sends(sandbox: RunningSandbox) -> None:
    for on in both_ways(sandbox, Manner.STALE_KEY_SENDS):
        stale = draft(sandbox)
        sandbox.post(soap.update(stale, subject("By another client")))
        assert sandbox.post(soap.update(stale, subject("By us"))).codes == ["ErrorIrresolvableConflict"]
        assert sandbox.post(soap.send([stale])).codes == ["NoError" if on else "ErrorStaleObject"]
        assert subjects(sandbox) == (["By another client"] if on else [])


@pytest.mark.parametrize("operation", ["SendItem", "UpdateItem"])
def test_a_request_with_a_stale_key_that_arrives_late(sandbox: RunningSandbox, operation: str) -> None:
    for on in both_ways(sandbox, Manner.STALE_KEY_SENDS, Manner.STALE_KEY_UPDATES):
        item = draft(sandbox)
        late = soap.send([item]) if operation == "SendItem" else soap.update(item, subject("Late"))
        sandbox.faults([{"operation": operation, "action": "late"}])
        with pytest.raises(BROKEN):
            sandbox.post(late)
        # The fence: whoever gave up on the request writes once, so that it comes too late to do anything.
        sandbox.faults([])
        sandbox.post(soap.update(item, subject("Fenced")))
        sandbox.admin("POST", "late")
        if operation == "SendItem":
            assert subjects(sandbox) == (["Fenced"] if on else [])
        else:
            assert shown(sandbox, item, "Subject") == ("Late" if on else "Fenced")


def test_an_update_of_recipients_writes_an_old_subject_and_body_back(sandbox: RunningSandbox) -> None:
    body = soap.set_field("item:Body", '<t:Body BodyType="Text">New words</t:Body>')
    for on in both_ways(sandbox, Manner.RECIPIENTS_RESTORE_TEXT):
        item = draft(sandbox, "Old subject")
        item = sandbox.post(soap.update(item, subject("New subject"), body)).ids()[0]
        assert shown(sandbox, item, "Subject") == "New subject"
        reply = sandbox.post(soap.update(item, to(SOFIA)))
        assert reply.codes == ["NoError"]
        assert shown(sandbox, item, "Subject") == ("Old subject" if on else "New subject")
        assert shown(sandbox, item, "Body") == ("At noon?" if on else "New words")
        # What a request names itself, it gets.
        item = sandbox.post(soap.update(reply.ids()[0], subject("Newer"), body, to(JAMES))).ids()[0]
        assert (shown(sandbox, item, "Subject"), shown(sandbox, item, "Body")) == ("Newer", "New words")
        item = sandbox.post(soap.update(item, subject("Newest"))).ids()[0]
        item = sandbox.post(soap.update(item, to(SOFIA))).ids()[0]
        assert sandbox.post(soap.send([item])).codes == ["NoError"]
        assert subjects(sandbox) == ["Newer" if on else "Newest"]


def test_an_update_of_recipients_returns_an_old_key(sandbox: RunningSandbox) -> None:
    for on in both_ways(sandbox, Manner.OLD_KEY_RETURNED):
        item = draft(sandbox)
        returned = sandbox.post(soap.update(item, to(SOFIA))).ids()[0]
        assert (returned == item) is on
        assert (returned == now(sandbox, item)) is not on
        assert sandbox.post(soap.send([returned])).codes == ["ErrorStaleObject" if on else "NoError"]
        other = draft(sandbox, "Subject alone")
        assert sandbox.post(soap.update(other, subject("x"))).ids()[0] != other


def attachment_names(reply: Reply) -> list[str | None]:
    return [one.text for one in reply.all(".//t:Attachments/t:FileAttachment/t:Name")]


def received_attachments(sandbox: RunningSandbox, named: str) -> list[str | None]:
    (got,) = found(sandbox, "inbox", named, JAMES)
    return attachment_names(sandbox.post(soap.get([got]), JAMES))


@pytest.mark.parametrize("seconds", [None, 0, 1000])
def test_an_attachment_is_in_replies_but_not_in_the_item(sandbox: RunningSandbox, seconds: float | None) -> None:
    sandbox.manners(**({} if seconds is None else {"attachments_fade": seconds}))
    item = draft(sandbox, "With a plan")
    made = attach(sandbox, item, file())
    assert made.codes == ["NoError"]
    seen = sandbox.post(soap.get([item]))
    assert attachment_names(seen) == ([] if seconds == 0 else ["Plan.pdf"])
    assert seen.text(".//t:HasAttachments") == ("true" if seconds is None else "false")
    named = f'<t:AttachmentId Id="{ids_of(made)[0]}"/>'
    got = sandbox.post(f"<m:GetAttachment><m:AttachmentIds>{named}</m:AttachmentIds></m:GetAttachment>")
    assert got.codes == ["ErrorItemNotFound" if seconds == 0 else "NoError"]
    assert sandbox.post(soap.send([now(sandbox, item)])).codes == ["NoError"]
    assert received_attachments(sandbox, "With a plan") == (["Plan.pdf"] if seconds is None else [])


def test_an_attached_message_that_was_forgotten_goes_with_its_item(sandbox: RunningSandbox) -> None:
    sandbox.manners(attachments_fade=0)
    item = draft(sandbox)
    message = f"<t:ItemAttachment><t:Name>Within</t:Name>{soap.message('Within')}</t:ItemAttachment>"
    assert attach(sandbox, item, message).codes == ["NoError"]
    assert sandbox.post(soap.get([item])).all(".//t:ItemAttachment") == []
    assert sandbox.post(soap.delete([item], "HardDelete")).codes == ["NoError"]


def test_an_attachment_fades_after_its_seconds(sandbox: RunningSandbox) -> None:
    sandbox.manners(attachments_fade=0.8)
    item = draft(sandbox)
    began = time.monotonic()
    attach(sandbox, item, file())
    seen = attachment_names(sandbox.post(soap.get([item])))
    assert seen == ["Plan.pdf"] or time.monotonic() - began >= 0.8
    while attachment_names(sandbox.post(soap.get([item]))):
        time.sleep(0.05)
    assert time.monotonic() - began >= 0.7


def test_one_refused_item_ends_the_batch_in_a_fault(sandbox: RunningSandbox) -> None:
    for on in both_ways(sandbox, Manner.BATCH_ENDS_IN_FAULT):
        items = [draft(sandbox, "First"), draft(sandbox, "Nobody gets it", "no address"), draft(sandbox, "Third")]
        reply = sandbox.post(soap.send(items))
        if on:
            assert (reply.status, reply.codes, reply.messages) == (500, ["ErrorInvalidRecipients"], [])
        else:
            assert reply.codes == ["NoError", "ErrorInvalidRecipients", "NoError"]
        assert subjects(sandbox) == (["First"] if on else ["First", "Third"])
        assert len(found(sandbox, "drafts", "Third")) == int(on)


def test_a_recipient_that_nobody_has_is_refused_at_once(sandbox: RunningSandbox) -> None:
    for on in both_ways(sandbox, Manner.UNKNOWN_RECIPIENTS_REFUSED):
        item = draft(sandbox, "To nobody", JAMES, "nobody.at.all@contoso.com")
        reply = sandbox.post(soap.send([item]))
        assert reply.codes == ["ErrorInvalidRecipients" if on else "NoError"]
        assert len(found(sandbox, "inbox", "To nobody", JAMES)) == int(not on)
        assert len(found(sandbox, "drafts", "To nobody")) == int(on)


def raw_replies(sandbox: RunningSandbox, *bodies: str) -> list[bytes]:
    """Make requests on one connection; each is answered by what lies next on it."""
    parts = urlsplit(sandbox.url)
    context = ssl.create_default_context(cafile=sandbox.ca_file)
    account = sandbox.first
    credentials = base64.b64encode(f"{account['user']}:{account['password']}".encode()).decode()
    replies = []
    with (
        socket.create_connection((str(parts.hostname), parts.port or 0), 20) as plain,
        context.wrap_socket(plain, server_hostname=str(parts.hostname)) as secure,
        secure.makefile("rb") as incoming,
    ):
        for body in bodies:
            document = envelope(body).encode()
            head = (
                f"POST {parts.path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\n"
                f"Authorization: Basic {credentials}\r\nContent-Length: {len(document)}\r\n\r\n"
            )
            secure.sendall(head.encode() + document)
            status = int(incoming.readline().split()[1])
            length = int(http.client.parse_headers(incoming)["Content-Length"])
            replies.append(str(status).encode() + b" " + incoming.read(length))
    return replies


def test_a_fault_is_followed_by_a_second_reply(sandbox: RunningSandbox) -> None:
    for on in both_ways(sandbox, Manner.SECOND_REPLY_AFTER_FAULT):
        draft(sandbox, "Found")
        first, second, third = raw_replies(sandbox, "<m:NoSuchOperation/>", soap.find(), soap.find())
        assert first.startswith(b"500")
        assert b"ErrorInvalidRequest" in first
        assert (second == first) is on
        assert (b"FindItemResponse" in second) is not on
        assert third.startswith(b"200")
        assert b"FindItemResponse" in third


def test_a_fault_on_order_is_followed_by_a_second_reply_too(sandbox: RunningSandbox) -> None:
    sandbox.manners(Manner.SECOND_REPLY_AFTER_FAULT)
    sandbox.faults([{"operation": "FindItem", "action": "fault", "code": "ErrorServerBusy"}])
    first, second = raw_replies(sandbox, soap.find(), soap.find())
    assert first == second


def deferred(seconds: float) -> str:
    moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(time.time() + max(1.0, seconds))) + "Z"
    path = '<t:ExtendedFieldURI PropertyTag="0x3FEF" PropertyType="SystemTime"/>'
    return f"<t:ExtendedProperty>{path}<t:Value>{moment}</t:Value></t:ExtendedProperty>"


def test_a_deferred_message_goes_at_once(sandbox: RunningSandbox) -> None:
    for on in both_ways(sandbox, Manner.DEFERRAL_IGNORED):
        item = draft(sandbox, "Tomorrow", extended=deferred(86400))
        assert sandbox.post(soap.send([item])).codes == ["NoError"]
        assert len(sandbox.deliveries()) == int(on)
        assert len(found(sandbox, "outbox", "Tomorrow")) == int(not on)
        assert len(found(sandbox, "sentitems", "Tomorrow")) == int(on)


def test_the_message_id_of_the_client_is_dropped(sandbox: RunningSandbox) -> None:
    named = "<t:InternetMessageId>&lt;ours@client&gt;</t:InternetMessageId>"
    tagged = (
        '<t:ExtendedProperty><t:ExtendedFieldURI PropertyTag="0x1035" PropertyType="String"/>'
        "<t:Value>&lt;ours@client&gt;</t:Value></t:ExtendedProperty>"
    )
    mime = base64.b64encode(b"Message-ID: <ours@client>\r\nTo: james.okafor@contoso.com\r\n\r\nHi\r\n").decode()
    for on in both_ways(sandbox, Manner.MESSAGE_ID_DROPPED):
        ways = [
            soap.message("By field", "x", JAMES, after=named),
            soap.message("By property", "x", JAMES, extended=tagged),
            f"<t:Message><t:MimeContent>{mime}</t:MimeContent></t:Message>",
        ]
        items = sandbox.post(soap.create(*ways)).ids()
        plain = draft(sandbox)
        items.append(sandbox.post(soap.update(plain, soap.set_field("message:InternetMessageId", named))).ids()[0])
        for item in items:
            more = "<t:IncludeMimeContent>true</t:IncludeMimeContent>"
            reply = sandbox.post(soap.get([item], more=more))
            assert (reply.text(".//t:InternetMessageId") == "<ours@client>") is not on
            content = base64.b64decode(reply.text(".//t:MimeContent") or "")
            assert (b"<ours@client>" in content) is not on
        sandbox.post(soap.send(items))
        ids = {one["message_id"] for one in sandbox.deliveries()}
        assert (ids == {"<ours@client>"}) is not on
        assert len(ids) == (4 if on else 1)


def test_drafts_made_from_mime_lose_their_attachments(sandbox: RunningSandbox) -> None:
    for on in both_ways(sandbox, Manner.MIME_LOSES_ATTACHMENTS):
        made = sandbox.post(soap.create(f"<t:Message><t:MimeContent>{MIME}</t:MimeContent></t:Message>"))
        replaced = soap.set_field("item:MimeContent", f"<t:MimeContent>{MIME}</t:MimeContent>")
        for item in (made.ids()[0], sandbox.post(soap.update(draft(sandbox), replaced)).ids()[0]):
            seen = sandbox.post(soap.get([item], more="<t:IncludeMimeContent>true</t:IncludeMimeContent>"))
            assert attachment_names(seen) == ([] if on else ["Plan.pdf", "Prices.csv"])
            assert (b"Plan.pdf" in base64.b64decode(seen.text(".//t:MimeContent") or "")) is not on
        assert sandbox.post(soap.send(made.ids())).codes == ["NoError"]
        assert received_attachments(sandbox, "With two") == ([] if on else ["Plan.pdf", "Prices.csv"])


@pytest.mark.parametrize("disposition", ["SendOnly", "SendAndSaveCopy"])
def test_update_and_send_is_refused(sandbox: RunningSandbox, disposition: str) -> None:
    for on in both_ways(sandbox, Manner.UPDATE_AND_SEND_REFUSED):
        item = draft(sandbox)
        reply = sandbox.post(soap.update(item, subject("x"), disposition=disposition))
        assert reply.codes == ["ErrorInvalidOperation" if on else "NoError"]
        assert len(sandbox.deliveries()) == int(not on)
        if on:
            assert now(sandbox, item) == item


@pytest.mark.parametrize("disposition", ["SendOnly", "SendAndSaveCopy"])
def test_update_and_send_saves_and_says_yes(sandbox: RunningSandbox, disposition: str) -> None:
    for on in both_ways(sandbox, Manner.UPDATE_AND_SEND_IGNORED):
        item = draft(sandbox)
        reply = sandbox.post(soap.update(item, subject("Kept"), disposition=disposition))
        assert reply.codes == ["NoError"]
        assert len(sandbox.deliveries()) == int(not on)
        assert len(found(sandbox, "drafts", "Kept")) == int(on)
        assert len(reply.ids()) == int(on)


def test_html_is_rewritten_on_save(sandbox: RunningSandbox) -> None:
    page = "<P style='color:red'>Two<br/>lines &amp; caf\u00e9</P>"
    body = f'<t:Body BodyType="HTML"><![CDATA[{page}]]></t:Body>'
    for on in both_ways(sandbox, Manner.HTML_REWRITTEN):
        item = draft(sandbox)
        item = sandbox.post(soap.update(item, soap.set_field("item:Body", body))).ids()[0]
        kept = str(shown(sandbox, item, "Body"))
        assert (kept == page) is not on
        assert sandbox.post(soap.get([item], more="<t:BodyType>Text</t:BodyType>")).text(".//t:Body") is not None
        if on:
            assert "Two<br>lines &amp; caf\u00e9" in kept
            # What it wrote, it leaves as it is; and a change of something else does not touch it.
            again = f'<t:Body BodyType="HTML"><![CDATA[{kept}]]></t:Body>'
            item = sandbox.post(soap.update(item, soap.set_field("item:Body", again))).ids()[0]
            item = sandbox.post(soap.update(item, subject("x"))).ids()[0]
            assert shown(sandbox, item, "Body") == kept


def test_all_manners_go_together(sandbox: RunningSandbox) -> None:
    sandbox.admin("POST", "manners", {one: 0 if one in TIMED else True for one in Manner})
    assert set(sandbox.admin("GET", "manners")["in_force"]) == set(Manner)
    item = draft(sandbox)
    assert attach(sandbox, item, file()).codes == ["NoError"]
    item = sandbox.post(soap.update(item, subject("x"), to(SOFIA))).ids()[0]
    for _ in range(2):
        reply = sandbox.post_raw(envelope(soap.send([item])).encode(), valid_reply=False)
        assert reply.codes == ["NoError"]
    assert len(sandbox.deliveries()) == 2


def test_the_manners_in_force_are_told_and_end_with_a_reset(sandbox: RunningSandbox) -> None:
    assert sandbox.admin("GET", "manners") == {"in_force": {}, "known": list(Manner)}
    sandbox.admin("POST", "manners", {"deferral-ignored": True, "attachments-fade": 40, "html-rewritten": False})
    assert sandbox.admin("GET", "manners")["in_force"] == {"deferral-ignored": True, "attachments-fade": 40.0}
    sandbox.reset()
    assert sandbox.admin("GET", "manners")["in_force"] == {}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"html-rewriten": True}, "There is no manner 'html-rewriten'; there are attachments-fade, "),
        ({"html-rewritten": 1}, "'html-rewritten' is true or false, not 1."),
        ({"attachments-fade": True}, "'attachments-fade' takes a number of seconds from 0, or false, not True."),
        ({"attachments-fade": -1}, "'attachments-fade' takes a number of seconds from 0, or false, not -1."),
        (["html-rewritten"], "Manners are a JSON object, from a name to true, false or a number of seconds."),
    ],
)
def test_manners_that_make_no_sense_change_nothing(sandbox: RunningSandbox, given: object, said: str) -> None:
    sandbox.manners(Manner.DEFERRAL_IGNORED)
    headers = {"Authorization": f"Bearer {sandbox.admin_token}"}
    reply = sandbox.request("POST", f"{sandbox.admin_url}/manners", json.dumps(given).encode(), headers)
    assert (reply.status, json.loads(reply.content)["error"].startswith(said)) == (400, True)
    assert sandbox.admin("GET", "manners")["in_force"] == {"deferral-ignored": True}


def test_manners_from_a_file_hold_from_the_first_request(tmp_path: Path) -> None:
    path = tmp_path / "manners.json"
    path.write_text('{"drafts-not-marked": true, "attachments-fade": 2.5}')
    running = start("--manners", str(path))
    try:
        assert shown(running, draft(running), "IsDraft") == "false"
        assert running.admin("GET", "manners")["in_force"] == {"drafts-not-marked": True, "attachments-fade": 2.5}
    finally:
        assert stop(running) == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [("not json", "is not JSON"), ('{"odd": true}', "There is no manner 'odd'"), (None, "No such file")],
)
def test_a_file_that_makes_no_sense_is_said_in_one_line(tmp_path: Path, content: str | None, said: str) -> None:
    path = tmp_path / "manners.json"
    if content is not None:
        path.write_text(content)
    command = [sys.executable, "-m", "app.sandbox", "--manners", str(path)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30)  # noqa: PLW1510 -- its failure is what is looked at
    assert ended.returncode == 1
    assert said in ended.stderr
    assert ended.stderr.startswith("The sandbox cannot start: ")
    assert ended.stderr.count("\n") == 1


def test_the_documentation_names_every_manner_once() -> None:
    text = (ROOT / "docs" / "sandbox.md").read_text("utf-8")
    section = text.partition("## Manners")[2].partition("\n## ")[0]
    rows = [line.split("|")[1].strip() for line in section.splitlines() if line.startswith("| ")]
    assert rows[1:] == list(Manner)
