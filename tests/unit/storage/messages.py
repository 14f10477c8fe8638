"""Messages and edits such as the tests of storage write down."""

from __future__ import annotations

from typing import Any

from app.domain.edits import TextSplice
from app.domain.message import AccountId, Content, Field, LocalId, new_local_id
from app.domain.record import Record


def new_record(local_id: str = "", **more: Any) -> Record:
    """Return a record with the least in it."""
    return Record(LocalId(local_id or new_local_id()), AccountId("account"), "<m@example.org>", **more)


def typed(text: str, at: int = 0, field: Field = Field.BODY) -> TextSplice:
    """Return the edit of typing `text`."""
    return TextSplice(field, at, 0, text)


BODY = Content(subject="Plan", body="First words")
