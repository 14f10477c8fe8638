"""What ForwardItem may carry (docs/decisions/forwarded-attachments.md): nothing by which its draft is found again."""

from __future__ import annotations

import pytest
from lxml import etree

from tests.conformance import schema

MESSAGES = "http://schemas.microsoft.com/exchange/services/2006/messages"
TYPES = "http://schemas.microsoft.com/exchange/services/2006/types"
MARK = (
    '<t:ExtendedProperty><t:ExtendedFieldURI PropertySetId="00000000-0000-0000-0000-000000000001" PropertyName="x" '
    'PropertyType="String"/><t:Value>1</t:Value></t:ExtendedProperty>'
)
NAMES = {
    "our property": MARK,
    "a Message-ID": "<t:InternetMessageId>&lt;1@mailwright.example&gt;</t:InternetMessageId>",
    "categories": "<t:Categories><t:String>x</t:String></t:Categories>",
    "a header": '<t:InternetMessageHeaders><t:InternetMessageHeader HeaderName="X-A">1</t:InternetMessageHeader>'
    "</t:InternetMessageHeaders>",
}


def is_valid(within: str) -> bool:
    """Return whether a CreateItem with such a ForwardItem is one of Exchange's."""
    document = (
        f'<m:CreateItem xmlns:m="{MESSAGES}" xmlns:t="{TYPES}" MessageDisposition="SaveOnly"><m:Items><t:ForwardItem>'
        f'{within}<t:ReferenceItemId Id="a" ChangeKey="b"/></t:ForwardItem></m:Items></m:CreateItem>'
    )
    return bool(schema.require().validate(etree.fromstring(document)))


def test_a_forward_item_has_a_subject_and_a_text() -> None:
    assert is_valid('<t:Subject>FW: x</t:Subject><t:Body BodyType="Text">x</t:Body>')


@pytest.mark.parametrize("name", NAMES)
def test_a_forward_item_bears_no_mark(name: str) -> None:
    assert not is_valid(NAMES[name])
    assert not is_valid(f'<t:Subject>FW: x</t:Subject>{NAMES[name]}<t:Body BodyType="Text">x</t:Body>')
