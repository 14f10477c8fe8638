"""Subscriptions: pulled and streamed, and what becomes of those that are nobody's."""

import base64
import http.client
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from lxml import etree

from tests.conformance import schema
from tests.integration.sandbox import soap
from tests.sandbox_fixture import NAMES, Reply, RunningSandbox, envelope

KINDS = ("NewMailEvent", "CreatedEvent", "ModifiedEvent", "MovedEvent", "CopiedEvent", "DeletedEvent")
ME = "clara.fontaine@contoso.com"


def subscribe(sandbox: RunningSandbox, *kinds: str, folders: str = "", way: str = "Pull") -> tuple[str, str]:
    """Subscribe; returns the id and the watermark."""
    where = f"<t:FolderIds>{folders}</t:FolderIds>" if folders else ""
    everything = "" if folders else ' SubscribeToAllFolders="true"'
    events = "".join(f"<t:EventType>{one}</t:EventType>" for one in kinds)
    timeout = "<t:Timeout>10</t:Timeout>" if way == "Pull" else ""
    reply = sandbox.post(
        f"<m:Subscribe><m:{way}SubscriptionRequest{everything}>{where}<t:EventTypes>{events}</t:EventTypes>{timeout}"
        f"</m:{way}SubscriptionRequest></m:Subscribe>"
    )
    assert reply.codes == ["NoError"]
    return str(reply.text(".//m:SubscriptionId")), str(reply.text(".//m:Watermark"))


def pull(sandbox: RunningSandbox, identity: str, watermark: str, user: str | None = None) -> Reply:
    request = f"<m:SubscriptionId>{identity}</m:SubscriptionId><m:Watermark>{watermark}</m:Watermark>"
    return sandbox.post(f"<m:GetEvents>{request}</m:GetEvents>", user)


def events(reply: Reply) -> list[tuple[str, str]]:
    """The events: name, and item or folder."""
    found = []
    for one in reply.all(".//m:Notification/*"):
        name = etree.QName(one).localname
        if name.endswith("Event"):
            found.append((name, "item" if one.find("t:ItemId", NAMES) is not None else "folder"))
    return found


def test_a_pull_tells_what_has_happened_to_items_since_the_watermark(sandbox: RunningSandbox) -> None:
    identity, watermark = subscribe(sandbox, *KINDS, folders=soap.folder("drafts"))
    assert events(pull(sandbox, identity, watermark)) == [("StatusEvent", "folder")]
    item = sandbox.post(soap.create(soap.message("Watched"))).ids()[0]
    item = sandbox.post(soap.update(item, soap.set_field("item:Subject", "<t:Subject>x</t:Subject>"))).ids()[0]
    reply = pull(sandbox, identity, watermark)
    assert [name for name, what in events(reply) if what == "item"] == ["CreatedEvent", "ModifiedEvent"]
    last = str(reply.all(".//t:Watermark")[-1].text)
    moved = f"<m:MoveItem><m:ToFolderId>{soap.folder('inbox')}</m:ToFolderId>{soap.item_ids([item])}</m:MoveItem>"
    sandbox.post(moved)
    again = pull(sandbox, identity, last)
    assert [name for name, what in events(again) if what == "item"] == ["MovedEvent"]
    assert again.ids(".//t:OldItemId")[0][0] == item[0]
    assert events(pull(sandbox, identity, watermark))[:1] == [("CreatedEvent", "item")]


def test_new_mail_is_told_to_the_inbox_and_the_whole_mailbox(sandbox: RunningSandbox) -> None:
    inbox = subscribe(sandbox, "NewMailEvent", folders=soap.folder("inbox"))
    drafts = subscribe(sandbox, "NewMailEvent", folders=soap.folder("drafts"))
    whole = subscribe(sandbox, "NewMailEvent")
    sandbox.post(soap.create(soap.message("Hello", "you", ME), disposition="SendOnly"), "james.okafor")
    assert events(pull(sandbox, *inbox)) == [("NewMailEvent", "item")]
    assert events(pull(sandbox, *whole)) == [("NewMailEvent", "item")]
    assert events(pull(sandbox, *drafts)) == [("StatusEvent", "folder")]


def test_a_change_that_was_refused_is_told_to_nobody(sandbox: RunningSandbox) -> None:
    identity, watermark = subscribe(sandbox, *KINDS)
    refused = soap.create(soap.message("No recipients"), disposition="SendOnly")
    assert sandbox.post(refused).codes == ["ErrorInvalidRecipients"]
    assert events(pull(sandbox, identity, watermark)) == [("StatusEvent", "folder")]


def test_many_events_come_in_pages(sandbox: RunningSandbox) -> None:
    identity, watermark = subscribe(sandbox, "CreatedEvent", folders=soap.folder("drafts"))
    sandbox.post(soap.create(*[soap.message(f"n{number}") for number in range(150)]))
    first = pull(sandbox, identity, watermark)
    assert (len(events(first)), first.text(".//t:MoreEvents")) == (100, "true")
    second = pull(sandbox, identity, str(first.all(".//t:Watermark")[-1].text))
    assert (len(events(second)), second.text(".//t:MoreEvents")) == (50, "false")


def test_a_subscription_is_its_owners_until_it_is_ended(sandbox: RunningSandbox) -> None:
    identity, watermark = subscribe(sandbox, "NewMailEvent")
    end = f"<m:Unsubscribe><m:SubscriptionId>{identity}</m:SubscriptionId></m:Unsubscribe>"
    assert pull(sandbox, identity, watermark, "james.okafor").codes == ["ErrorSubscriptionAccessDenied"]
    assert pull(sandbox, identity, "AAAA").codes == ["ErrorInvalidWatermark"]
    assert sandbox.post(end).codes == ["NoError"]
    assert sandbox.post(end).codes == ["ErrorSubscriptionNotFound"]
    assert pull(sandbox, identity, watermark).codes == ["ErrorSubscriptionNotFound"]
    streaming, _ = subscribe(sandbox, "NewMailEvent", way="Streaming")
    assert pull(sandbox, streaming, watermark).codes == ["ErrorInvalidPullSubscriptionId"]


@pytest.mark.parametrize(
    ("inner", "code"),
    [
        (
            (
                '<m:PushSubscriptionRequest SubscribeToAllFolders="true"><t:EventTypes><t:EventType>NewMailEvent'
                "</t:EventType></t:EventTypes><t:StatusFrequency>1</t:StatusFrequency><t:URL>http://localhost/</t:URL>"
                "</m:PushSubscriptionRequest>"
            ),
            "ErrorInvalidPushSubscriptionUrl",
        ),
        (
            (
                "<m:PullSubscriptionRequest><t:EventTypes><t:EventType>NewMailEvent</t:EventType></t:EventTypes>"
                "<t:Timeout>1</t:Timeout></m:PullSubscriptionRequest>"
            ),
            "ErrorInvalidSubscriptionRequest",
        ),
    ],
)
def test_a_subscription_that_cannot_be_is_refused(sandbox: RunningSandbox, inner: str, code: str) -> None:
    assert sandbox.post(f"<m:Subscribe>{inner}</m:Subscribe>").codes == [code]


@contextmanager
def streamed(sandbox: RunningSandbox, *ids: str) -> Iterator[http.client.HTTPResponse]:
    wanted = "".join(f"<t:SubscriptionId>{one}</t:SubscriptionId>" for one in ids)
    body = envelope(
        f"<m:GetStreamingEvents><m:SubscriptionIds>{wanted}</m:SubscriptionIds>"
        "<m:ConnectionTimeout>1</m:ConnectionTimeout></m:GetStreamingEvents>"
    )
    parts = urlsplit(sandbox.url)
    context = ssl.create_default_context(cafile=sandbox.ca_file)
    connection = http.client.HTTPSConnection(str(parts.hostname), parts.port, timeout=20, context=context)
    account = sandbox.first
    credentials = base64.b64encode(f"{account['user']}:{account['password']}".encode()).decode()
    headers = {"Content-Type": "text/xml; charset=utf-8", "Authorization": f"Basic {credentials}"}
    connection.request("POST", parts.path, body.encode(), headers)
    response = connection.getresponse()
    try:
        yield response
    finally:
        response.close()
        connection.close()


def next_envelope(response: http.client.HTTPResponse) -> etree._Element:
    """Read one envelope of those that follow each other."""
    text = b""
    while not text.endswith(b"</Envelope>"):
        more = response.read(1)
        assert more, text
        text += more
    assert not text.lstrip().startswith(b"<?xml"), text
    found = etree.fromstring(text)
    # Exchange writes m:Notification where its published schema has t:Notification; all else is held against that.
    published = etree.fromstring(text)
    for one in published.iterfind(".//m:Notifications/m:Notification", NAMES):
        one.tag = f"{{{NAMES['t']}}}Notification"
    assert schema.complaints(published) == []
    return found


def test_a_stream_tells_at_once_and_ends_with_its_subscription(sandbox: RunningSandbox) -> None:
    identity, _ = subscribe(sandbox, "CreatedEvent", folders=soap.folder("drafts"), way="Streaming")
    with streamed(sandbox, identity) as response:
        assert next_envelope(response).findtext(".//m:ConnectionStatus", namespaces=NAMES) == "OK"
        item = sandbox.post(soap.create(soap.message("Streamed"))).ids()[0]
        told = next_envelope(response)
        assert told.find(".//t:CreatedEvent/t:ItemId", NAMES).get("Id") == item[0]  # type: ignore[union-attr]
        assert told.find(".//m:Notifications/m:Notification/t:SubscriptionId", NAMES) is not None
        assert told.find(".//t:Watermark", NAMES) is None
        sandbox.post(f"<m:Unsubscribe><m:SubscriptionId>{identity}</m:SubscriptionId></m:Unsubscribe>")
        sandbox.post(soap.create(soap.message("Wakes it")))
        assert next_envelope(response).findtext(".//m:ConnectionStatus", namespaces=NAMES) == "Closed"


def test_an_event_that_was_written_to_a_closed_connection_comes_on_the_next(sandbox: RunningSandbox) -> None:
    identity, _ = subscribe(sandbox, "CreatedEvent", folders=soap.folder("drafts"), way="Streaming")
    told: set[str] = set()
    made: set[str] = set()
    for number in range(6):
        with streamed(sandbox, identity) as response:
            assert next_envelope(response).findtext(".//m:ConnectionStatus", namespaces=NAMES) == "OK"
        # At once: the server writes what it tells of this to a connection whose other end has gone.
        made.add(sandbox.post(soap.create(soap.message(f"Unseen {number}"))).ids()[0][0])
    with streamed(sandbox, identity) as response:
        while not made <= told:
            told |= {str(one.get("Id")) for one in next_envelope(response).iterfind(".//t:ItemId", NAMES)}
    assert told == made


def test_an_event_that_nobody_read_before_the_connection_ended_comes_again(sandbox: RunningSandbox) -> None:
    identity, _ = subscribe(sandbox, "CreatedEvent", folders=soap.folder("drafts"), way="Streaming")
    with streamed(sandbox, identity) as response:
        assert next_envelope(response).findtext(".//m:ConnectionStatus", namespaces=NAMES) == "OK"
        item = sandbox.post(soap.create(soap.message("Written, and not read"))).ids()[0]
        assert response.fp.peek(1)  # the event has come as far as this machine, and goes no further
    with streamed(sandbox, identity) as response:
        assert next_envelope(response).findtext(".//m:ConnectionStatus", namespaces=NAMES) == "OK"
        told = next_envelope(response)
        assert [one.get("Id") for one in told.iterfind(".//t:ItemId", NAMES)] == [item[0]]


def test_a_stream_of_nobodys_subscription_is_refused_by_its_id(sandbox: RunningSandbox) -> None:
    reply = sandbox.post(
        "<m:GetStreamingEvents><m:SubscriptionIds><t:SubscriptionId>none</t:SubscriptionId></m:SubscriptionIds>"
        "<m:ConnectionTimeout>1</m:ConnectionTimeout></m:GetStreamingEvents>"
    )
    assert reply.codes == ["ErrorSubscriptionNotFound"]
    assert reply.text(".//m:ErrorSubscriptionIds/t:SubscriptionId") == "none"
