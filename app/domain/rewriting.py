"""The edits by which one version of a message becomes another: what comes from elsewhere is journalled as such."""

from __future__ import annotations

from app.domain.edits import (
    AttachmentGone,
    AttachmentSet,
    BodyReplaced,
    Edit,
    ImportanceSet,
    OptionSet,
    RecipientSplice,
    SenderSet,
    TextSplice,
    utf16_length,
)
from app.domain.message import OPTION_FIELDS, RECIPIENT_FIELDS, Content, Field


def edits_between(old: Content, new: Content) -> list[Edit]:
    """Return what makes `new` of `old`; nothing where they are the same. Attachments are the same by their keys."""
    edits: list[Edit] = []
    if old.sender != new.sender:
        edits.append(SenderSet(new.sender))
    for field in RECIPIENT_FIELDS:
        before, after = getattr(old, field.value), getattr(new, field.value)
        if before != after:
            edits.append(RecipientSplice(field, 0, len(before), after))
    if old.subject != new.subject:
        edits.append(TextSplice(Field.SUBJECT, 0, utf16_length(old.subject), new.subject))
    if (old.body, old.body_format) != (new.body, new.body_format):
        edits.append(BodyReplaced(new.body, new.body_format))
    if old.importance != new.importance:
        edits.append(ImportanceSet(new.importance))
    edits += [
        OptionSet(field, new.options)
        for field in OPTION_FIELDS
        if getattr(old.options, field.value) != getattr(new.options, field.value)
    ]
    known = {one.key: one for one in old.attachments}
    kept = {one.key for one in new.attachments}
    edits += [AttachmentGone(key) for key in known if key not in kept]
    edits += [AttachmentSet(one) for one in new.attachments if known.get(one.key) != one]
    return edits
