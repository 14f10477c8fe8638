"""The class of an item is asked for and read: it says whether the message can be answered here."""

from __future__ import annotations

from lxml import etree

from app.backends.ews import requests
from app.backends.ews.item_reader import item_of
from app.backends.ews.xml import T
from app.domain.message import ItemRef
from app.domain.message_kind import MessageKind


def test_the_class_of_an_item_is_asked_for_and_says_what_it_is() -> None:
    asked = etree.tostring(requests.get_items([ItemRef("A")]))
    assert b'FieldURI="item:ItemClass"' in asked
    item = etree.fromstring(f'<m xmlns="{T}"><ItemId Id="A"/><ItemClass>IPM.Schedule.Meeting.Request</ItemClass></m>')
    assert item_of(item, "anna@example.org").kind is MessageKind.MEETING
    assert item_of(etree.fromstring(f'<m xmlns="{T}"><ItemId Id="A"/></m>'), "").kind is MessageKind.MESSAGE
