"""Structs as msgpack blobs: what a later program added is passed over, what an older one lacked takes its default."""

from __future__ import annotations

from typing import Any, Final, TypeVar

import msgspec

from app.core.text import mend_surrogates
from app.domain.account import Account
from app.domain.edits import Edit
from app.domain.message import Content, Field
from app.domain.record import Record, RowSummary

_T = TypeVar("_T")


class Base(msgspec.Struct, frozen=True):
    """A message's text without the edits that came after: `content` once it had `edits` edits."""

    content: Content
    edits: int = 0
    pending: dict[Field, str] = {}
    unfilled: tuple[str, ...] = ()


_encoder: Final = msgspec.msgpack.Encoder()
_edits: Final = msgspec.msgpack.Decoder(Edit)
_contents: Final = msgspec.msgpack.Decoder(Content)
_bases: Final = msgspec.msgpack.Decoder(Base)
_records: Final = msgspec.msgpack.Decoder(Record)
_heads: Final = msgspec.msgpack.Decoder(RowSummary)
_accounts: Final = msgspec.msgpack.Decoder(Account)

read_edit = _edits.decode
read_content = _contents.decode
read_base = _bases.decode
read_record = _records.decode
read_head = _heads.decode
read_account = _accounts.decode


def pack(value: _T, kind: Any) -> tuple[_T, bytes]:
    """Return `value`, its lone surrogates mended, and its blob. `kind` is its type, as msgspec takes it."""
    try:
        return value, _encoder.encode(value)
    except UnicodeEncodeError:
        mended: _T = msgspec.convert(_mended(msgspec.to_builtins(value)), kind)
        return mended, _encoder.encode(mended)


def blob(content: Content) -> bytes:
    """Return the blob of a text."""
    return pack(content, Content)[1]


def _mended(value: Any) -> Any:
    if isinstance(value, str):
        return mend_surrogates(value)
    if isinstance(value, dict):
        return {key: _mended(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_mended(part) for part in value]
    return value
