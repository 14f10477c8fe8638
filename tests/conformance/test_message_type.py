"""Every element of MessageType: kept, read back, searched, and read-only or locked as it should be.

The list of elements is read from the specification where that is on the machine; `ELEMENTS` says of each what is tried.
The specification of 2009 calls IsRead read-only; every Exchange lets it be set, and clients live by it.
"""

import base64
import re
from dataclasses import dataclass
from html import escape
from pathlib import Path

import pytest
from lxml import etree

from tests.conformance import schema
from tests.integration.sandbox import soap
from tests.sandbox_fixture import NAMES, RunningSandbox

JAMES, SOFIA, CLARA = (f"{one}@contoso.com" for one in ("james.okafor", "sofia.lindqvist", "clara.fontaine"))


def mailbox(address: str) -> str:
    return f"<t:Mailbox><t:EmailAddress>{address}</t:EmailAddress></t:Mailbox>"


INDEX = base64.b64encode(b"\x01" + bytes(range(21))).decode()


@dataclass(frozen=True)
class Element:
    """An element: its content, how it is searched, and whether it may be changed in a draft and in a sent message.

    `found_by` is the constant that finds it, None where Exchange too has no search for it. `draft` and `sent` are the
    codes that an update gets.
    """

    name: str
    content: str
    found_by: str | None
    draft: str = "NoError"
    sent: str = "ErrorInvalidPropertyUpdateSentMessage"
    contains: bool = False


READ_ONLY = "ErrorInvalidPropertySet"
ELEMENTS = [
    Element("Sender", mailbox(CLARA), "Clara", contains=True),
    Element("ToRecipients", mailbox(JAMES), "james.okafor", contains=True),
    Element("CcRecipients", mailbox(SOFIA), "sofia.lindqvist", contains=True),
    Element("BccRecipients", mailbox("henrik.mueller@contoso.com"), "henrik", contains=True),
    Element("IsReadReceiptRequested", "true", "true"),
    Element("IsDeliveryReceiptRequested", "true", "true"),
    Element("ConversationIndex", INDEX, INDEX),
    Element("ConversationTopic", "A topic of its own", "A topic of its own"),
    Element("From", mailbox(CLARA), "clara.fontaine", contains=True),
    Element("InternetMessageId", "<own-77@contoso.com>", "<own-77@contoso.com>"),
    Element("IsRead", "false", "false", sent="NoError"),
    Element("IsResponseRequested", "true", "true", sent="NoError"),
    Element("References", "<r1@contoso.com> <r2@contoso.com>", "<r1@contoso.com> <r2@contoso.com>", sent="NoError"),
    Element("ReplyTo", mailbox(SOFIA), "sofia", contains=True),
    Element("ReceivedBy", mailbox(JAMES), None, draft=READ_ONLY, sent=READ_ONLY),
    Element("ReceivedRepresenting", mailbox(JAMES), None, draft=READ_ONLY, sent=READ_ONLY),
]
WRITABLE = [one for one in ELEMENTS if one.draft == "NoError"]


def named(element: Element) -> str:
    return element.name


def xml(element: Element) -> str:
    content = element.content if element.content.startswith("<t:") else escape(element.content)
    return f"<t:{element.name}>{content}</t:{element.name}>"


def message(*elements: Element) -> str:
    """A message with these elements, in the order of the schema."""
    inner = "".join(xml(one) for one in ELEMENTS if one in elements)
    return f'<t:Message><t:Subject>All of it</t:Subject><t:Body BodyType="Text">x</t:Body>{inner}</t:Message>'


def shown(sandbox: RunningSandbox, item: tuple[str, str], name: str, user: str | None = None) -> etree._Element | None:
    found = sandbox.post(soap.get([item], "IdOnly", soap.field(f"message:{name}")), user)
    return found.tree.find(f".//t:{name}", NAMES)


def value(element: etree._Element | None) -> str | None:
    """What an element says: its text, or the address in it."""
    if element is None:
        return None
    address = element.find(".//t:EmailAddress", NAMES)
    return (address if address is not None else element).text


def expected(element: Element) -> str | None:
    return value(etree.fromstring(f'<r xmlns:t="{NAMES["t"]}">{xml(element)}</r>')[0])


def test_the_table_has_every_element_of_the_specification() -> None:
    found = schema.folder()
    text = None if found is None else found.parent / "spec" / "ms-oxwsmsg-full.md"
    if text is None or not Path(text).is_file():
        pytest.skip("the specification is absent: it is looked for in spec/ beside the folder of the schema")
    whole = text.read_text("utf-8")
    definition = whole[whole.index('<xs:complexType name="MessageType">') :]
    listed = re.findall(r'<xs:element name="(\w+)"', definition[: definition.index("</xs:complexType>")])
    assert [one.name for one in ELEMENTS] == listed


@pytest.mark.parametrize("element", WRITABLE, ids=named)
def test_an_element_that_is_given_is_kept_and_read_back(sandbox: RunningSandbox, element: Element) -> None:
    item = sandbox.post(soap.create(message(element))).ids()[0]
    assert value(shown(sandbox, item, element.name)) == expected(element)


@pytest.mark.parametrize("element", WRITABLE, ids=named)
def test_an_element_finds_its_message_and_no_other(sandbox: RunningSandbox, element: Element) -> None:
    sandbox.reset(messages=False)
    item, _ = sandbox.post(soap.create(message(element), soap.message("Nothing of it"))).ids()
    assert element.found_by is not None
    path = soap.field(f"message:{element.name}")
    constant = element.found_by.replace("<", "&lt;").replace(">", "&gt;")
    restriction = soap.equals(path, element.found_by)
    if element.contains:
        restriction = (
            f'<t:Contains ContainmentMode="Substring" ContainmentComparison="IgnoreCase">{path}'
            f'<t:Constant Value="{constant}"/></t:Contains>'
        )
    assert sandbox.post(soap.find(restriction=restriction)).ids() == [item]


@pytest.mark.parametrize("element", ELEMENTS, ids=named)
def test_an_element_of_a_draft_can_be_changed_unless_it_is_read_only(sandbox: RunningSandbox, element: Element) -> None:
    item = sandbox.post(soap.create(soap.message("Draft"))).ids()[0]
    reply = sandbox.post(soap.update(item, soap.set_field(f"message:{element.name}", xml(element))))
    assert reply.codes == [element.draft]
    if element.draft == "NoError":
        assert value(shown(sandbox, reply.ids()[0], element.name)) == expected(element)


@pytest.mark.parametrize("element", ELEMENTS, ids=named)
def test_a_sent_message_keeps_what_was_said_in_it(sandbox: RunningSandbox, element: Element) -> None:
    sandbox.post(soap.create(soap.message("Gone", "x", JAMES), disposition="SendAndSaveCopy"))
    item = sandbox.post(soap.find("sentitems", restriction=soap.equals(soap.field("item:Subject"), "Gone"))).ids()[0]
    before = value(shown(sandbox, item, element.name))
    reply = sandbox.post(soap.update(item, soap.set_field(f"message:{element.name}", xml(element))))
    assert reply.codes == [element.sent]
    if element.sent != "NoError":
        assert value(shown(sandbox, item, element.name)) == before


@pytest.mark.parametrize("element", [one for one in ELEMENTS if one.draft != "NoError"], ids=named)
def test_what_is_read_only_is_refused_in_a_new_message_and_set_by_delivery(
    sandbox: RunningSandbox, element: Element
) -> None:
    assert sandbox.post(soap.create(message(element))).codes == [READ_ONLY]
    sandbox.post(soap.create(soap.message("Delivered", "x", JAMES), disposition="SendOnly"))
    found = soap.find("inbox", restriction=soap.equals(soap.field("item:Subject"), "Delivered"))
    item = sandbox.post(found, "james.okafor").ids()[0]
    assert value(shown(sandbox, item, element.name, "james.okafor")) == JAMES


def test_all_of_them_together_survive_sending(sandbox: RunningSandbox) -> None:
    item = sandbox.post(soap.create(message(*WRITABLE))).ids()[0]
    assert sandbox.post(soap.send([item])).codes == ["NoError"]
    copy = sandbox.post(soap.find("sentitems", restriction=soap.equals(soap.field("item:Subject"), "All of it"))).ids()[
        0
    ]
    for element in WRITABLE:
        if element.name not in {"IsRead", "ConversationIndex"}:
            assert value(shown(sandbox, copy, element.name)) == expected(element), element.name
