"""Every state of a message's pane, light and dark: no word is cut, nothing sticks out; and a picture for who wants one.

With MAILWRIGHT_SHOTS a picture of each state is kept in that folder, for a person to look at; QT_SCALE_FACTOR=2 makes
them of 200 per cent. The pictures are of this machine's type and are held against nothing.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtWidgets import QAbstractButton, QApplication, QGraphicsDropShadowEffect, QLabel, QWidget

from app.domain.message import BodyFormat, Content, Field, FlagStatus, FollowUp, Header, Importance, Options
from app.domain.people import MailTips
from app.domain.recipient import Recipient
from app.services.accounts.signatures import Snippet, SnippetKind
from app.ui import theme
from app.views.compose.findings_session import NERVOUS
from tests.fakes.mailbox import words
from tests.fakes.scene import ACCOUNT, ANNA, MESSAGE
from tests.program_scene import ProgramScene
from tests.widgets.spelling.conftest import FewWords

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support raise", extend=True)

JAMES = Recipient("james.okafor@contoso.com", "James Okafor")
PEOPLE = {
    "Sofia Lindqvist": MailTips("sofia@contoso.com", out_of_office="Back on Monday. Ask Priya."),
    "Ivan Full": MailTips("ivan@contoso.com", mailbox_full=True),
    "The Board": MailTips("board@contoso.com", members=12, external_members=2),
    "Legal": MailTips("legal@contoso.com", restricted=True),
    "Nobody Known": MailTips("nobody@contoso.com", invalid=True),
    "Moderated": MailTips("list@contoso.com", moderated=True),
}
BODY = (
    "Dear James,\n\nthe new prices are in the attachment. Could you look at them before Friday?\n\n"
    "Kind regards\nClara Fontaine"
)
HTML = (
    "<p>Dear <b>James</b>,</p><p>these are the <i>new</i> prices, <u>valid from January</u>:</p>"
    '<table border="1"><tr><th>Region</th><th>Old</th><th>New</th></tr>'
    '<tr><td>North</td><td>12.00</td><td><span style="color:#c00000">13.50</span></td></tr>'
    '<tr><td>South</td><td>11.00</td><td><span style="background-color:#fff176">12.20</span></td></tr></table>'
    "<ul><li>for all <a href='https://contoso.com'>customers</a></li><li>from the first order on</li></ul>"
    '<img src="cid:chart@mailwright" width="240" height="120" alt="Chart">'
    "<blockquote><p>What will it cost next year?</p></blockquote>"
)
STATES: dict[str, Callable[[ProgramScene, Path], Awaitable[None]]] = {}
State = Callable[[ProgramScene, Path], Awaitable[None]]


def state(reach: State) -> State:
    """Note a way to a state, under its name."""
    STATES[reach.__name__] = reach
    return reach


async def writing(scene: ProgramScene, content: Content, focus: Field = Field.BODY) -> None:
    await scene.parts.compose.begin_now(content)
    await scene.settle()
    scene.message.focus_field(focus)
    await scene.settle()


PLAIN = Content(to=(JAMES,), subject="Prices for next year", body=BODY)


@state
async def empty(scene: ProgramScene, folder: Path) -> None:
    await scene.press("C")


@state
async def plain(scene: ProgramScene, folder: Path) -> None:
    await writing(scene, PLAIN)


@state
async def chips_with_all_tips(scene: ProgramScene, folder: Path) -> None:
    scene.mailbox.tips = {tips.address: tips for tips in PEOPLE.values()}
    people = [Recipient(tips.address, name) for name, tips in PEOPLE.items()]
    stranger = Recipient("someone.with.a.long.address@department.northwind-traders.example")
    content = Content(to=(*people[:4], stranger), cc=tuple(people[4:]), bcc=(JAMES, Recipient("half an address")))
    await writing(scene, content, Field.CC)
    await scene.press("Left")
    for widget in scene.message.recipients.values():
        widget.finish_placing()


@state
async def card_of_a_chip(scene: ProgramScene, folder: Path) -> None:
    await chips_with_all_tips(scene, folder)
    scene.message.focus_field(Field.TO)
    await scene.press("Home", "Alt+Return")


@state
async def suggestions(scene: ProgramScene, folder: Path) -> None:
    for name in ("Jane Foster", "James Okafor", "Jan van den Berg-Wiśniewski"):
        address = f"{name.split()[0].lower()}.{name.split()[-1].lower()}@contoso.com"
        scene.parts.address_book.add_sent(ANNA, [Recipient(address, name)], scene.clock.now())
    scene.mailbox.people = [Recipient("janet@contoso.com", "Janet Miller"), Recipient("japan@contoso.com", "Japan")]
    scene.mailbox.groups["japan@contoso.com"] = [JAMES]
    await scene.press("C")
    await scene.type("ja")
    await scene.passes(1)


@state
async def group_expanded(scene: ProgramScene, folder: Path) -> None:
    board = Recipient("board@contoso.com", "The Board")
    scene.mailbox.tips[board.address] = PEOPLE["The Board"]
    scene.mailbox.groups[board.address] = [Recipient(f"member{n}@contoso.com", f"Member Number{n}") for n in range(9)]
    await writing(scene, Content(to=(board,), subject="Minutes", body=BODY), Field.TO)
    await scene.press("Left", "Alt+Right")


@state
async def findings(scene: ProgramScene, folder: Path) -> None:
    slip = Recipient("mary@gmial.com", "Mary")
    body = "The plan is attached."
    people = (JAMES, slip, Recipient("eve@northwind.example", "Eve"))
    await writing(scene, Content(to=people, cc=(JAMES,), body=body))
    await scene.press("Ctrl+Return")
    await scene.passes(NERVOUS)


@state
async def attachments(scene: ProgramScene, folder: Path) -> None:
    names = ["Prices for next year.xlsx", "photo.jpg", "a name that is far too long to be shown in one row.pdf"]
    for name in names:
        (folder / name).write_bytes(b"x" * 120_000)
    await writing(scene, PLAIN)
    scene.message.session.files.add([str(folder / name) for name in [*names, "gone.txt"]])
    await scene.settle()
    await scene.press("Alt+H")


@state
async def attachment_refused(scene: ProgramScene, folder: Path) -> None:
    for name in ("small.pdf", "film.mp4"):
        (folder / name).write_bytes(b"x" * 120_000)
    await writing(scene, PLAIN)
    scene.message.session.files.add([str(folder / name) for name in ("small.pdf", "film.mp4")])
    await scene.settle()
    scene.mailbox.refuse("attach", 1, words("ErrorAttachmentSizeLimitExceeded"))
    await scene.press("Ctrl+S")


@state
async def attachment_forgotten(scene: ProgramScene, folder: Path) -> None:
    await writing(scene, Content(to=(JAMES,), subject="The plan", body="The plan is attached."))
    await scene.press("Ctrl+Return")
    await scene.passes(NERVOUS)


def chart() -> bytes:
    from app.ui.incoming_files import as_png, picture_in

    image = QImage(240, 120, QImage.Format.Format_RGB32)
    image.fill(QColor("#dbe7ff"))
    for number, height in enumerate((40, 70, 55, 95)):
        for x in range(20 + number * 54, 56 + number * 54):
            for y in range(110 - height, 110):
                image.setPixelColor(x, y, QColor("#3367d6"))
    QGuiApplication.clipboard().setImage(image)
    return as_png(picture_in(QGuiApplication.clipboard().mimeData()))


@state
async def formatted(scene: ProgramScene, folder: Path) -> None:
    await writing(scene, Content(to=(JAMES,), subject="Prices", body=HTML, body_format=BodyFormat.HTML))
    session = scene.message.session
    await scene.parts.attachments.add_bytes(session.local_id, "chart.png", chart(), "image/png", "chart@mailwright")
    scene.message.text._pictures._show_all()
    await scene.until(lambda: bool(scene.message.body.rich and scene.message.body.rich._pictures._known))


@state
async def loses_its_format(scene: ProgramScene, folder: Path) -> None:
    await writing(scene, Content(to=(JAMES,), subject="Prices", body=HTML, body_format=BodyFormat.HTML))
    await scene.press("Ctrl+Shift+H")


@state
async def turning(scene: ProgramScene, folder: Path) -> None:
    await writing(scene, PLAIN)
    scene.message.body.turning._begin()
    scene.message.body.turning._say()
    scene.message.body.turning._soon.stop()


@state
async def quoted_newsletter(scene: ProgramScene, folder: Path) -> None:
    news = "".join(f"<p>Item {n}: <b>what is new</b> in our garden this week, at length.</p>" for n in range(600))
    body = f"<div>See below.</div><blockquote>{news}</blockquote>"
    await writing(scene, Content(to=(JAMES,), subject="FW: News", body=body, body_format=BodyFormat.HTML))
    await scene.until(lambda: bool(scene.message.body.quote and scene.message.body.quote.view.toPlainText()))


@state
async def find_and_replace(scene: ProgramScene, folder: Path) -> None:
    await writing(scene, PLAIN)
    await scene.press("Ctrl+H")
    await scene.type("the")
    await scene.press("Tab")
    await scene.type("those")


@state
async def spelling(scene: ProgramScene, folder: Path) -> None:
    checker = FewWords()
    await writing(scene, Content(to=(JAMES,), subject="Prices", body="Thexe words are wrong, and thix one too."))
    scene.message.body.set_spelling(checker)  # type: ignore[arg-type]  # fulfils what is asked of it
    scene.message.checker = checker  # type: ignore[attr-defined]  # it lives as long as the message
    marks = scene.message.body.marks
    assert marks is not None
    marks.look_again()
    await scene.until(lambda: bool(checker.held))
    checker.answer()
    await scene.press("F7", "Ctrl+.")
    await scene.until(lambda: bool(checker.held))
    checker.answer()


@state
async def link(scene: ProgramScene, folder: Path) -> None:
    await writing(scene, PLAIN)
    await scene.press("Ctrl+A", "Ctrl+K")
    await scene.type("no address")
    await scene.press("Return")


@state
async def options(scene: ProgramScene, folder: Path) -> None:
    await writing(scene, PLAIN)
    await scene.press("Alt+O")


@state
async def options_with_faults(scene: ProgramScene, folder: Path) -> None:
    now = scene.clock.now()
    chosen = Options(
        categories=("Budget", "Board"),
        follow_up=FollowUp(FlagStatus.FLAGGED, due=now + 172_800),
        reply_to=(JAMES,),
        read_receipt=True,
        headers=(Header("X-Project", "Northwind"),),
    )
    await writing(scene, Content(to=(JAMES,), subject="All", body=BODY, importance=Importance.HIGH, options=chosen))
    await scene.press("Alt+O", "Tab", "Tab", "Tab")
    for _ in range(9):
        if "Due" in scene.focus.accessibleName():
            break
        await scene.press("Tab")
    await scene.type("soon")
    await scene.press("Tab")


@state
async def send_later(scene: ProgramScene, folder: Path) -> None:
    await writing(scene, PLAIN)
    await scene.press("Ctrl+Shift+Return")


@state
async def signatures(scene: ProgramScene, folder: Path) -> None:
    for number, (name, kind) in enumerate((("Short", "signature"), ("Formal", "signature"), ("Offer", "template"))):
        snippet = Snippet(str(number), SnippetKind(kind), name, text=f"{name}\nClara Fontaine")
        await scene.parts.aids.signatures.keep_snippet(ANNA, snippet)
    await writing(scene, PLAIN)
    await scene.press("Ctrl+T")


@state
async def a_bad_address(scene: ProgramScene, folder: Path) -> None:
    await writing(scene, Content(to=(JAMES, Recipient("jon")), subject="Prices", body=BODY))
    await scene.press("Ctrl+Return")


@state
async def refused(scene: ProgramScene, folder: Path) -> None:
    name = await scene.saved(PLAIN)
    scene.mailbox.refuse("send", 0, words("ErrorMessageSizeExceeded"))
    await scene.parts.outbox.send([name], 0.0)
    await scene.settle()
    scene.parts.compose.open_message(name)
    await scene.until(lambda: scene.parts.compose.current() is not None)
    scene.message.toggle_details()


@state
async def conflict(scene: ProgramScene, folder: Path) -> None:
    name = await scene.saved(MESSAGE)
    (stored,) = scene.mailbox.items.values()
    scene.parts.compose.open_message(name)
    await scene.until(lambda: scene.parts.compose.current() is not None)
    scene.mailbox.edit_elsewhere(stored.item_id, Content(to=MESSAGE.to, subject="Hello from elsewhere", body="Theirs"))
    await scene.type("My words. ")
    await scene.press("Ctrl+S")
    await scene.until(scene.message.bar.isVisible)


@state
async def conflict_compared(scene: ProgramScene, folder: Path) -> None:
    await conflict(scene, folder)
    await scene.press("Alt+A")
    await scene.until(lambda: scene.parts.comparison.is_open() and scene.parts.comparison.view.session.can_choose())


@state
async def popped_out(scene: ProgramScene, folder: Path) -> None:
    await writing(scene, PLAIN)
    await scene.press("Ctrl+Shift+W")
    await scene.until(lambda: bool(scene.parts.compose.message_windows.windows))


def shown_window(scene: ProgramScene) -> QWidget:
    windows = scene.parts.compose.message_windows.windows
    return windows[-1] if windows else scene.window


def cut_words(window: QWidget) -> list[str]:
    """Return what has less room than its words take, or sticks out of the window."""
    found = []
    worded: list[QLabel | QAbstractButton] = [*window.findChildren(QLabel), *window.findChildren(QAbstractButton)]
    for one in worded:
        words = one.text().replace("&", "")
        if not one.isVisibleTo(window) or not words or one.visibleRegion().isEmpty():
            continue
        wraps = isinstance(one, QLabel) and one.wordWrap()
        longest = one.fontMetrics().horizontalAdvance(max(words.split(), key=len))
        needed = longest if wraps else one.sizeHint().width()
        if one.width() + 1 < needed:
            found.append(f"{words!r}: {one.width()} of {needed} pixels")
        if wraps and one.height() + 1 < one.heightForWidth(one.width()):
            found.append(f"{words!r}: {one.height()} of {one.heightForWidth(one.width())} pixels high")
        if not window.rect().contains(QRect(one.mapTo(window, QPoint(0, 0)), one.size()).adjusted(1, 1, -1, -1)):
            found.append(f"{words!r} sticks out")
    return found


def keep(window: QWidget, name: str) -> None:
    folder = os.environ.get("MAILWRIGHT_SHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        scale = round(window.devicePixelRatioF() * 100)
        scheme = "dark" if theme.scheme().dark else "light"
        window.grab().save(str(Path(folder) / f"compose-{name}-{scheme}-{scale}.png"))


@pytest.mark.parametrize("name", STATES)
async def test_no_word_is_cut_in_any_state_light_or_dark(
    program_scene: ProgramScene, qapp: QApplication, tmp_path: Path, name: str
) -> None:
    scene = program_scene
    scene.window.resize(1180, 760)
    scene.mailbox.tips.setdefault(ACCOUNT.address, MailTips(ACCOUNT.address))
    await STATES[name](scene, tmp_path)
    await scene.settle()
    try:
        for dark in (False, True):
            if theme.scheme().dark is not dark:
                scene.parts.window_controller.switch_scheme()
            await scene.settle()
            window = shown_window(scene)
            keep(window, name)
            assert cut_words(window) == []
    finally:
        if theme.scheme().dark:
            scene.parts.window_controller.switch_scheme()
        scene.message.body.turning.stop() if scene.parts.compose.current() is not None else None
        await scene.settle()


async def test_a_sheet_casts_a_dark_shadow_also_after_the_scheme_was_switched(program_scene: ProgramScene) -> None:
    scene = program_scene
    await signatures(scene, Path())
    sheet = scene.message.picking.picker
    for _ in ("light", "dark"):
        shadow = sheet.graphicsEffect()
        assert isinstance(shadow, QGraphicsDropShadowEffect)
        assert shadow.color().lightness() < QColor(theme.color("pane")).lightness()
        scene.parts.window_controller.switch_scheme()
        await scene.settle()
