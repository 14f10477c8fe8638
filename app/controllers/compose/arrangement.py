"""What a restart brings back beside the messages themselves: their windows, carets and focus, and the list in front.

Kept as one setting at the end of a program that starts again, and used once. It holds names and numbers, no words.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Final

import msgspec
from PySide6.QtCore import QByteArray, Qt

from app.controllers.compose.compose import ComposeController, filled, reopen
from app.controllers.shell import Shell
from app.domain.errors import StorageError
from app.domain.message import Field, LocalId
from app.services.accounts.preset_settings import PresetSettings
from app.services.records.records import Records
from app.views.compose.caret import CaretPlace, caret_of, put_caret

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.views.compose.view import ComposeView

_SETTING: Final = "desk"
"""Its name on disk, from before this module was called as it is: an older version keeps it for a newer one."""


class ArrangedMessage(msgspec.Struct, frozen=True):
    """How one message stood. Places count UTF-16 units; `window` is the geometry of its own window, or empty."""

    name: LocalId
    window: str
    focus: str
    subject_at: int
    body_at: int
    body_anchor: int
    scrolled: int


class Arrangement(msgspec.Struct, frozen=True):
    """Every message that was open, the list that was shown, and which message had the keys; empty for none."""

    messages: tuple[ArrangedMessage, ...]
    place: str = ""
    front: str = ""
    window: str = ""


_read = msgspec.json.Decoder(Arrangement)


def arrangement_of(shell: Shell, compose: ComposeController) -> Arrangement:
    """Return how things stand now."""
    current = compose.current()
    return Arrangement(
        tuple(_stands(view, shell) for view in compose.views()),
        shell.workspace.place,
        "" if current is None else current.session.local_id,
        _geometry(shell.window),
    )


async def keep_arrangement(shell: Shell, compose: ComposeController, settings: PresetSettings) -> None:
    """Keep how things stand for the next start. Raises StorageError."""
    await settings.keep_setting(_SETTING, msgspec.json.encode(arrangement_of(shell, compose)).decode())


async def take_arrangement(settings: PresetSettings) -> Arrangement | None:
    """Return what the last run kept, once; None where it did not restart."""
    try:
        kept = await settings.read_setting(_SETTING)
        if not kept:
            return None
        await settings.keep_setting(_SETTING, "")
        return _read.decode(kept)
    except (StorageError, msgspec.DecodeError):
        return None  # the messages themselves come back in any case


async def bring_back(
    shell: Shell, records: Records, compose: ComposeController, left: list[LocalId], arrangement: Arrangement
) -> None:
    """Open the messages that were left open, as `arrangement` has them."""
    if arrangement.window:
        shell.window.restoreGeometry(_bytes(arrangement.window))
    if arrangement.place in shell.workspace.panels:
        shell.workspace.go(arrangement.place)
    arranged = {one.name for one in arrangement.messages}
    await reopen(shell, records, compose, [name for name in left if name not in arranged])
    front: tuple[ComposeView, ArrangedMessage] | None = None
    for one in arrangement.messages:
        view = await _open(shell, records, compose, one, left)
        if view is not None and one.name == arrangement.front:
            front = view, one
    if front is not None:
        await compose.open_now(front[0].session.local_id)
        _put_caret(*front)  # what is shown anew takes the focus where it thinks best
    else:
        shell.workspace.panel.take_focus()


async def _open(
    shell: Shell, records: Records, compose: ComposeController, one: ArrangedMessage, left: list[LocalId]
) -> ComposeView | None:
    name: LocalId | None = one.name
    if one.name in left:
        await reopen(shell, records, compose, [one.name], quietly=[one.name])
    elif records.get(one.name) is None:
        name = await compose.begin_now()  # nothing had been written in it
    view = next((view for view in compose.views() if view.session.local_id == name), None)
    if view is None:
        return None
    await filled(view)
    if one.window:
        compose.message_windows.pop_out(view)
        view.window().restoreGeometry(_bytes(one.window))
    _put_caret(view, one)
    return view


# --- one message ------------------------------------------------------------------------------------------------------


def _stands(view: ComposeView, shell: Shell) -> ArrangedMessage:
    window = "" if view.window() is shell.window else _geometry(view.window())
    return ArrangedMessage(view.session.local_id, window, *caret_of(view))


def _put_caret(view: ComposeView, one: ArrangedMessage) -> None:
    put_caret(view, CaretPlace(one.focus, one.subject_at, one.body_at, one.body_anchor, one.scrolled))
    if one.focus == Field.SUBJECT.value:
        view.subject.setFocus(Qt.FocusReason.OtherFocusReason)
    elif one.focus in {field.value for field in view.recipients}:
        view.focus_field(Field(one.focus))
    else:
        view.body.setFocus(Qt.FocusReason.OtherFocusReason)
    view.subject.setCursorPosition(one.subject_at)  # going there selects it


def _geometry(window: QWidget) -> str:
    return base64.b64encode(bytes(window.saveGeometry().data())).decode()


def _bytes(geometry: str) -> QByteArray:
    return QByteArray.fromBase64(geometry.encode())
