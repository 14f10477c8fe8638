"""Key to paint in the editor of a message beside a bare QTextEdit, and how a large message and a newsletter come in.

In one process and on the offscreen platform: what is compared is the program's own work, and what Qt does alone. Each
key goes to ours and to the bare one in turn, so that both meet the same machine. A key is pressed, the event loop turns
until the editor has painted, and that is the time. The medians' ratio and that of the 95th percentiles are printed.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QTextEdit, QWidget
from pytestqt.qtbot import QtBot

from app.content.html.clean import clean
from app.content.html.parse import parse_showing
from app.domain.visible_text import plain_text
from app.services.html.prepare import open_html, open_text
from app.ui.document.html_view import HtmlView
from app.ui.editor.rich import RichEditor
from app.ui.editor.spelling_client import Spelling
from app.ui.editor.spelling_marks import SpellingMarks
from app.views.compose.fields import BodyEditor

pytestmark = pytest.mark.bench

WORDS = ["the", "letter", "that", "we", "sent", "to", "you", "on", "Monday", "was", "about", "figures", "for", "Lisbon"]
UNKNOWN = 0.03
"""Of so many words no dictionary knows one: they are underlined, and their lines go along with what is typed."""
KEYS = 900
ITEM = """<tr><td style="padding:12px;color:#333" bgcolor="#ffffff"><table width="100%"><tr>
<td style="font-size:18px">News $</td></tr><tr><td><a href="https://news.example/$?u=1">Read <b>more</b></a> of what
happened on that day in a sentence or two.</td><td><img src="https://cdn.example/$.jpg" width="120" alt="Picture"></td>
</tr></table></td></tr>"""
NEWS = "".join(ITEM.replace("$", str(number)) for number in range(1_500))
NEWSLETTER = f'<html><body bgcolor="#eeeeee"><table width="600">{NEWS}</table></body></html>'


def prose(size: int) -> str:
    """Return so many characters of paragraphs of ordinary length."""
    dice = random.Random(1)
    lines: list[str] = []
    while size > 0:
        words = (dice.choice(WORDS) if dice.random() > UNKNOWN else "figurres" for _ in range(dice.randint(5, 90)))
        line = " ".join(words)
        lines.append(line)
        size -= len(line) + 1
    return "\n".join(lines)


class Painted:
    """Tells when a widget has been painted, without a line of Python in the painting of either."""

    def __init__(self, app: QApplication, widget: QWidget) -> None:
        self._app, self._widget = app, widget

    def press(self, key: Qt.Key) -> float:
        """Press a key; return the milliseconds until it is painted. What is done after that is done before the next."""
        begun = time.perf_counter()
        QTest.keyClick(self._widget, key)
        self._app.sendPostedEvents()
        painted = (time.perf_counter() - begun) * 1000
        self._app.processEvents()
        return painted


def shown(qtbot: QtBot, editor: QTextEdit | QPlainTextEdit) -> None:
    qtbot.addWidget(editor)
    editor.resize(800, 600)
    with qtbot.waitActive(editor):
        editor.show()
        editor.activateWindow()
    middle = editor.textCursor()
    middle.setPosition(editor.document().characterCount() // 2)
    editor.setTextCursor(middle)
    editor.ensureCursorVisible()
    editor.setFocus()


def in_turn(app: QApplication, ours: QWidget, bare: QWidget) -> tuple[list[float], list[float]]:
    """Press the same keys in both, in turn."""
    mine, its = Painted(app, ours), Painted(app, bare)
    dice = random.Random(2)
    keys = [dice.choice([Qt.Key.Key_A, Qt.Key.Key_E, Qt.Key.Key_T, Qt.Key.Key_Space]) for _ in range(KEYS)]
    keys[50::60] = [Qt.Key.Key_Return] * len(keys[50::60])
    pairs = [(mine.press(key), its.press(key)) for key in keys]
    return [one for one, _ in pairs[20:]], [other for _, other in pairs[20:]]


def tell(what: str, ours: list[float], bare: list[float]) -> None:
    def at(times: list[float], share: float) -> float:
        return sorted(times)[int(len(times) * share)]

    print(
        f"\n{what}: key to paint, ms: ours p50 {at(ours, 0.5):.2f} p95 {at(ours, 0.95):.2f} max {max(ours):.1f}; "
        f"bare p50 {at(bare, 0.5):.2f} p95 {at(bare, 0.95):.2f} max {max(bare):.1f}; "
        f"ratio p50 {at(ours, 0.5) / at(bare, 0.5):.2f} p95 {at(ours, 0.95) / at(bare, 0.95):.2f}"
    )


@pytest.fixture
def spelling() -> Iterator[Spelling]:
    made = Spelling()
    yield made
    made.close()


def rich(text: str) -> RichEditor:
    editor = RichEditor()
    editor.open_body(open_text(text))
    editor.finish()
    return editor


def plain(text: str) -> BodyEditor:
    editor = BodyEditor()
    editor.set_body(text)
    return editor


@pytest.mark.parametrize("spelt", [False, True], ids=["", "spelling"])
@pytest.mark.parametrize("size", [100_000, 1_000_000], ids=["100kB", "1MB"])
@pytest.mark.parametrize("make", [plain, rich], ids=["plain", "formatted"])
def test_key_to_paint(
    qtbot: QtBot,
    qapp: QApplication,
    spelling: Spelling,
    make: Callable[[str], QTextEdit | QPlainTextEdit],
    size: int,
    spelt: bool,
) -> None:
    text = prose(size)
    ours, bare = make(text), QTextEdit()
    bare.setPlainText(text)
    told: list[object] = []
    ours.edited.connect(told.append)  # type: ignore[union-attr]  # both of ours have it
    if spelt:
        SpellingMarks(ours, spelling)
    for editor in (bare, ours):
        shown(qtbot, editor)
    qtbot.wait(1_500)  # until Qt has laid all of it out, and the first paragraphs are looked at
    times = in_turn(qapp, ours, bare)
    tell(f"{make.__name__}, {size // 1000} kB{', spelling on' if spelt else ''}", *times)
    assert len(told) >= KEYS - 20, "each key was told to the journal"


class Heart:
    """How long the event loop was away at most, and how much of that it had a processor."""

    def __init__(self) -> None:
        self.worst = self.busiest = 0.0
        self._last, self._used = time.perf_counter(), time.thread_time()

    def beat(self) -> None:
        now, used = time.perf_counter(), time.thread_time()
        self.worst = max(self.worst, now - self._last)
        self.busiest = max(self.busiest, used - self._used)
        self._last, self._used = now, used


def until(app: QApplication, done: Callable[[], bool]) -> tuple[float, float, float]:
    """Turn the event loop until it is done; return the milliseconds it took, the longest turn, the most work in one."""
    begun, heart = time.perf_counter(), Heart()
    while not done():
        app.processEvents()
        heart.beat()
        time.sleep(0.0005)
    return (time.perf_counter() - begun) * 1000, heart.worst * 1000, heart.busiest * 1000


def timed(work: Callable[[], object]) -> tuple[float, object]:
    begun = time.perf_counter()
    made = work()
    return (time.perf_counter() - begun) * 1000, made


def test_a_newsletter_is_read_and_shown(qtbot: QtBot, qapp: QApplication) -> None:
    size = len(NEWSLETTER) // 1000
    cleaning, cleaned = timed(lambda: clean(NEWSLETTER))
    reading, blocks = timed(lambda: parse_showing(cleaned.html))  # type: ignore[attr-defined]  # Cleaned
    texting, _ = timed(lambda: plain_text(NEWSLETTER))
    print(f"\nnewsletter of {size} kB, in a thread: safe {cleaning:.0f}, blocks {reading:.0f}, text {texting:.0f} ms")
    page = HtmlView()
    qtbot.addWidget(page)
    page.resize(800, 600)
    page.show()
    qapp.processEvents()
    begun = time.perf_counter()
    page.show_blocks(blocks)  # type: ignore[arg-type]  # as made
    qapp.processEvents()
    first = (time.perf_counter() - begun) * 1000
    whole, worst, busiest = until(qapp, lambda: not page.is_building())
    print(f"  shown: first words after {first:.0f} ms, all after {first + whole:.0f}")
    print(f"  longest turn {worst:.0f} ms, of which work {busiest:.0f}")
    bare = QTextEdit()
    qtbot.addWidget(bare)
    bare.resize(800, 600)
    bare.show()
    begun = time.perf_counter()
    bare.setHtml(NEWSLETTER)
    qapp.processEvents()
    stalled = (time.perf_counter() - begun) * 1000
    print(f"  a bare QTextEdit given the same HTML: one turn of {stalled:.0f} ms")
    assert page.toPlainText().count("News") == 1_500


def test_a_quoted_newsletter_is_typed_above(qtbot: QtBot, qapp: QApplication) -> None:
    html = f"<div>My answer</div><blockquote>{NEWSLETTER}</blockquote>"
    opening, opened = timed(lambda: open_html(html))
    ours, bare = RichEditor(), QTextEdit("My answer")
    ours.open_body(opened)  # type: ignore[arg-type]  # as made
    ours.finish()
    for editor in (bare, ours):
        shown(qtbot, editor)
    told: list[object] = []
    ours.edited.connect(told.append)
    print(f"\nquoted newsletter of {len(html) // 1000} kB: opened in a thread in {opening:.0f} ms")
    tell("above a quoted newsletter", *in_turn(qapp, ours, bare))
    assert ours.html().count("News") == 1_500
