"""The window at every size: what gives way where there is no room, one grid of columns, rows as close as one likes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QApplication, QWidget

from app.domain.message import BodyFormat, Content, Field
from app.ui import icons, theme
from tests.fakes.scene import BEN, MESSAGE
from tests.program_scene import ProgramScene
from tests.widgets.test_choices import at_choices
from tests.widgets.test_pictures_of_compose import cut_words

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)

FORMATTED = Content(
    to=(BEN,),
    subject="Figures",
    body="<p>Dear Ben,</p><blockquote><p>one</p></blockquote><hr><p>Anna</p>",
    body_format=BodyFormat.HTML,
)


@pytest.fixture(autouse=True)
def usual(qapp: QApplication) -> Iterator[None]:
    """Leave scheme and density as they were found."""
    yield
    theme.apply(qapp, theme.LIGHT)
    theme.set_density(qapp, "")
    icons.forget()


async def resized(scene: ProgramScene, width: int, height: int) -> None:
    scene.window.resize(width, height)
    await scene.settle()


def within(widget: QWidget, window: QWidget) -> QRect:
    """Return where a widget stands in its window."""
    return QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())


# 1024 × 640; 1920 × 1080, 1400 × 900 and 2560 × 1440 at 200 per cent, less what a desktop keeps for itself.
@pytest.mark.parametrize(("width", "height"), [(1024, 600), (960, 500), (700, 410), (1280, 680)])
async def test_nothing_is_cut_in_a_small_window(program_scene: ProgramScene, width: int, height: int) -> None:
    scene = program_scene
    await scene.saved(FORMATTED)
    await resized(scene, width, height)
    assert (scene.window.width(), scene.window.height()) == (width, height)
    await scene.press("Ctrl+2", "Home")
    await scene.rest()
    assert cut_words(scene.window) == []
    await scene.press("Return")
    await scene.until(lambda: scene.parts.compose.current() is not None and scene.message.is_filled)
    assert cut_words(scene.window) == []
    assert scene.message._send.width() >= scene.message._send.sizeHint().width()
    await scene.press("Alt+O")
    panel = scene.message.options.panel
    assert panel is not None
    for field in panel.fields.values():
        assert field.inner.height() >= min(34, field.inner.sizeHint().height()), field.inner.accessibleName()
        assert field.inner.width() >= 60, field.inner.accessibleName()
    inner = panel.focusWidget()
    assert inner is not None
    assert not inner.visibleRegion().isEmpty()
    assert scene.message.body.height() >= 60
    panel.focus_on("response_requested")
    await scene.press("Escape")


@pytest.mark.parametrize(("width", "beside"), [(1600, "categories"), (960, "sensitivity")])
async def test_the_options_stand_in_as_many_columns_as_there_is_room_for(
    program_scene: ProgramScene, width: int, beside: str
) -> None:
    scene = program_scene
    await resized(scene, width, 800)
    await scene.press("C")
    await scene.press("Alt+O")
    await scene.settle()
    panel = scene.message.options.panel
    assert panel is not None
    first = panel.fields["importance"].y()
    assert [name for name, field in panel.fields.items() if field.y() == first][-1] == beside, panel.width()


async def test_the_list_makes_room_for_writing_in_a_narrow_window_and_is_there_again(
    program_scene: ProgramScene,
) -> None:
    scene = program_scene
    await scene.saved(FORMATTED)
    await resized(scene, 860, 500)
    await scene.press("Ctrl+2", "Home")
    assert scene.window.lists.isVisible()
    assert scene.window.sidebar.is_narrow
    await scene.press("Return")
    await scene.until(lambda: scene.parts.compose.current() is not None and scene.message.is_filled)
    assert not scene.window.lists.isVisible()
    assert scene.field() is not None
    await resized(scene, 1000, 500)
    assert scene.window.lists.isVisible()
    await resized(scene, 860, 500)
    assert not scene.window.lists.isVisible()
    await scene.press("Escape")
    await scene.settle()
    assert scene.window.lists.isVisible()
    assert scene.in_list()
    await scene.press("Return")
    await scene.settle()
    await scene.click(scene.window.sidebar._buttons["drafts"])
    assert scene.window.lists.isVisible()
    assert scene.in_list()


async def test_the_left_edge_is_icons_where_it_is_narrow_and_says_the_same(program_scene: ProgramScene) -> None:
    scene = program_scene
    await resized(scene, 1300, 700)
    drafts = scene.window.sidebar._buttons["drafts"]
    wide, name = scene.window.sidebar.width(), drafts.accessibleName()
    assert drafts.text().strip() == "Drafts"
    await resized(scene, 1000, 700)
    assert scene.window.sidebar.width() < wide / 3
    assert (drafts.text(), drafts.accessibleName()) == ("", name)
    assert "Drafts" in drafts.toolTip()
    assert scene.window.sidebar.new.accessibleName() == "New message"
    await scene.click(scene.window.sidebar.new)
    assert scene.parts.compose.current() is not None
    await resized(scene, 1300, 700)
    assert (scene.window.sidebar.width(), drafts.text().strip()) == (wide, "Drafts")


async def test_text_rules_bars_and_buttons_stand_in_one_grid_where_one_reads_and_writes(
    program_scene: ProgramScene,
) -> None:
    scene = program_scene
    await scene.saved(FORMATTED)
    await resized(scene, 1300, 800)
    await scene.press("Ctrl+2", "Home")
    await scene.rest()
    reader, window = scene.parts.reader, scene.window
    page = reader._page
    assert page is not None
    read = page.viewport().mapTo(window, page.cursorRect().topLeft())
    subject = within(reader._subject, window)
    await scene.press("Return")
    await scene.until(lambda: scene.parts.compose.current() is not None and scene.message.is_filled)
    view = scene.message
    view.focus_field(Field.BODY)
    await scene.settle()
    editor = view.body.editor
    written = editor.viewport().mapTo(window, editor.cursorRect().topLeft())
    assert (written.x(), written.y()) == (read.x(), read.y())
    assert abs(within(view.subject, window).center().y() - subject.center().y()) <= 1
    right = within(view._send, window).right()
    view.bar.show_sentence("Something is the matter.", tone="warn")
    await scene.settle()
    line = next(one for one in view.findChildren(QWidget) if one.property("kind") == "line" and one.isVisible())
    assert within(view.bar, window).right() == right
    assert within(line, window).right() == right
    text_end = editor.viewport().mapTo(window, QPoint(editor.viewport().width(), 0)).x() - 1
    assert text_end == right


async def test_rows_are_as_close_as_is_chosen_at_once_and_in_the_next_run(
    program_scene: ProgramScene, tmp_path: Path
) -> None:
    scene = program_scene
    for number in range(3):
        await scene.saved(MESSAGE, subject=f"Number {number}")
    shown = scene.parts.workspace.panel.list
    assert shown.rowHeight(0) == 82
    view = await at_choices(scene, tmp_path, "appearance")
    view.density.setFocus()
    await scene.press("Home")
    assert {shown.rowHeight(n) for n in range(3)} == {58}
    assert await scene.settings.read_setting("density") == "compact"
    await scene.press("End")
    assert {shown.rowHeight(n) for n in range(3)} == {100}
    await scene.press("Escape")
    from app.bootstrap.background_start import _dress_as_chosen

    await scene.settings.keep_setting("density", "compact")
    await _dress_as_chosen(scene.parts)
    assert {shown.rowHeight(n) for n in range(3)} == {58}
    assert shown.grab().toImage().width() > 0  # it is drawn in two lines


async def test_high_contrast_is_chosen_or_follows_the_desktop(
    program_scene: ProgramScene, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = program_scene
    scene.parts.window_controller.choose_scheme("contrast")
    assert theme.scheme() == theme.CONTRAST_LIGHT
    await scene.settle()
    assert await scene.settings.read_setting("scheme") == "contrast"
    scene.parts.window_controller.choose_scheme("")
    assert theme.scheme() == theme.LIGHT

    class Hints:
        def colorScheme(self) -> Qt.ColorScheme:
            return Qt.ColorScheme.Dark

        def accessibility(self) -> Hints:
            return self

        def contrastPreference(self) -> Qt.ContrastPreference:
            return Qt.ContrastPreference.HighContrast

    class Desktop:
        def styleHints(self) -> Hints:
            return Hints()

    assert theme.wanted(Desktop(), "") == theme.CONTRAST_DARK  # type: ignore[arg-type]  # has what is asked for
    assert theme.wanted(Desktop(), "light") == theme.LIGHT  # type: ignore[arg-type]
    monkeypatch.setattr(theme, "wanted", lambda _app, choice: theme.LIGHT if choice else theme.CONTRAST_DARK)
    qapp.styleHints().accessibility().contrastPreferenceChanged.emit(Qt.ContrastPreference.HighContrast)
    await scene.settle()
    assert theme.scheme() == theme.CONTRAST_DARK
    assert scene.window.palette().window().color() == theme.color("pane")
    assert scene.settings.preferences["scheme"] == ""
