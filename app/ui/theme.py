"""Colours, type and measures; the style of the application.

The scheme follows the desktop unless the person chose one. What Qt draws by itself takes its colours from the
palette made here; the style sheet says only what a palette cannot.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from app import APP_ID, __version__
from app.ui import resources


class Scheme(NamedTuple):
    """What each colour is for. `soft` colours are grounds, their namesakes are ink on them."""

    dark: bool
    sidebar: str
    list_ground: str
    pane: str
    raised: str
    line: str
    edge: str
    text: str
    muted: str
    faint: str
    accent: str
    accent_hover: str
    on_accent: str
    accent_soft: str
    selected: str
    hover: str
    bad: str
    bad_soft: str
    warn: str
    warn_soft: str
    good: str
    disabled: str
    contrast: bool = False
    """Whether it is for those who need as much contrast as there can be: frames replace soft grounds."""


LIGHT = Scheme(
    dark=False,
    sidebar="#EEF0F4",
    list_ground="#F8F9FB",
    pane="#FFFFFF",
    raised="#FFFFFF",
    line="#E2E5EB",
    edge="#8790A0",
    text="#1A1E27",
    muted="#535C6B",
    faint="#5F6877",
    accent="#2F5BD7",
    accent_hover="#264CB8",
    on_accent="#FFFFFF",
    accent_soft="#E7EDFC",
    selected="#E1E8FA",
    hover="#EFF2F8",
    bad="#B42318",
    bad_soft="#FDF0EE",
    warn="#8A5600",
    warn_soft="#FDF5E3",
    good="#1A7447",
    disabled="#8790A0",
)

DARK = Scheme(
    dark=True,
    sidebar="#15171C",
    list_ground="#1A1D23",
    pane="#1F232A",
    raised="#272C35",
    line="#2D323C",
    edge="#727D8E",
    text="#E6E9EF",
    muted="#B0B8C5",
    faint="#97A1B0",
    accent="#86A8FF",
    accent_hover="#A3BDFF",
    on_accent="#0E1526",
    accent_soft="#26324F",
    selected="#2A3652",
    hover="#242932",
    bad="#FF9C92",
    bad_soft="#3A2426",
    warn="#F0BE66",
    warn_soft="#37301F",
    good="#74D3A0",
    disabled="#727D8E",
)

CONTRAST_LIGHT = LIGHT._replace(
    sidebar="#FFFFFF",
    list_ground="#FFFFFF",
    line="#000000",
    edge="#000000",
    text="#000000",
    muted="#1F1F1F",
    faint="#333333",
    accent="#0000B4",
    accent_hover="#000078",
    accent_soft="#FFFFFF",
    selected="#CFE0FF",
    hover="#E8E8E8",
    bad="#7A0000",
    bad_soft="#FFFFFF",
    warn="#573300",
    warn_soft="#FFFFFF",
    good="#004A1C",
    disabled="#666666",
    contrast=True,
)

CONTRAST_DARK = DARK._replace(
    sidebar="#000000",
    list_ground="#000000",
    pane="#000000",
    raised="#000000",
    line="#FFFFFF",
    edge="#FFFFFF",
    text="#FFFFFF",
    muted="#F0F0F0",
    faint="#DADADA",
    accent="#8AD4FF",
    accent_hover="#B8E5FF",
    on_accent="#000000",
    accent_soft="#000000",
    selected="#00395C",
    hover="#262626",
    bad="#FFB3AB",
    bad_soft="#000000",
    warn="#FFD479",
    warn_soft="#000000",
    good="#8CF0B4",
    disabled="#9A9A9A",
    contrast=True,
)

_AVATARS = ("#5B7BD5", "#3E8E7E", "#A0679C", "#B0764A", "#6A7FA0", "#8A8440", "#B0607A", "#4F8FB5")

_ACCOUNTS = {
    "blue": ("#2F6FD0", "#7FAEFF"),
    "green": ("#2E8B57", "#6FCF97"),
    "orange": ("#C2600A", "#F2A65A"),
    "purple": ("#7B4FB5", "#B794F6"),
    "red": ("#B83232", "#FF8A80"),
    "teal": ("#0F7F8C", "#5CC8D3"),
    "pink": ("#B03A7A", "#F48FB1"),
    "brown": ("#7A5636", "#C9A27E"),
}
"""The colours of accounts by their names (`domain/account.py`), in light and in dark."""

RADIUS = 8
GAP = 8

SCROLL_BAR = 10
TEXT_MARGIN = 20
"""Pixels between the end of a text and that of its field: room for the scroll bar, which so moves no word."""

DENSITIES = {"compact": (58, 5), "": (82, 8), "roomy": (100, 11)}
"""How close things stand, by the name of each choice: pixels of a row of a list, and those above and below the words
of a place at the left. "" is the usual one.
"""

_current = LIGHT
_density = ""


def margin_of_text(*, scrolls: bool) -> int:
    """Return the pixels that are kept free beside a text, whose scroll bar takes its own from them."""
    return TEXT_MARGIN - SCROLL_BAR if scrolls else TEXT_MARGIN


def scheme() -> Scheme:
    """Return the scheme in force."""
    return _current


def color(name: str) -> QColor:
    """Return the colour that stands for `name`, a field of Scheme."""
    return QColor(getattr(_current, name))


def account_color(name: str) -> QColor:
    """Return the colour of an account, for a name of `domain/account.py`."""
    light, dark = _ACCOUNTS.get(name, _ACCOUNTS["blue"])
    return QColor(dark if _current.dark else light)


def avatar_color(name: str) -> QColor:
    """Return a quiet colour that is always the same for the same name."""
    return QColor(_AVATARS[sum(name.casefold().encode("utf-8", "replace")) % len(_AVATARS)])


CHOICES = frozenset({"", "light", "dark", "contrast"})
"""What can be chosen: "" is as the desktop is set, "contrast" as much contrast as can be, light or dark as that."""


def wanted(app: QApplication, choice: str) -> Scheme:
    """Return the scheme for one of CHOICES. One that was chosen counts whatever contrast the desktop asks for."""
    hints = app.styleHints()
    dark = hints.colorScheme() == Qt.ColorScheme.Dark
    high = hints.accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast
    if choice == "contrast" or (not choice and high):
        return CONTRAST_DARK if dark else CONTRAST_LIGHT
    return DARK if choice == "dark" or (not choice and dark) else LIGHT


def apply(app: QApplication, scheme: Scheme) -> None:
    """Dress the program in a scheme."""
    global _current  # noqa: PLW0603 - one window, one scheme at a time
    _current = scheme
    app.setPalette(_palette(_current))
    app.setStyleSheet(_style_sheet(_current))


def density() -> str:
    """Return how close things stand, a name of DENSITIES."""
    return _density


def row_height() -> int:
    """Return the pixels of a row of a list."""
    return DENSITIES[_density][0]


def set_density(app: QApplication, name: str) -> None:
    """Let things stand closer or wider from now on; lists learn it by `redress_within` (`ui/icons.py`)."""
    global _density  # noqa: PLW0603 - one person, one pair of eyes
    _density = name if name in DENSITIES else ""
    app.setStyleSheet(_style_sheet(_current))


@contextmanager
def on_paper() -> Iterator[None]:
    """Give out the colours of the light scheme and the usual size meanwhile, whatever the window wears."""
    global _current, _text_scale
    worn, scale = _current, _text_scale
    _current, _text_scale = LIGHT, 1.0
    try:
        yield
    finally:
        _current, _text_scale = worn, scale


def choose_font(app: QApplication) -> None:
    """Use the desktop's own type, but a better one where a bare X11 has nothing but its fallback."""
    if sys.platform.startswith("linux") and app.font().family() in {"", "Sans Serif", "Sans", "DejaVu Sans"}:
        for file in ("Inter-Regular.otf", "Inter-SemiBold.otf"):
            QFontDatabase.addApplicationFont(str(resources.find("fonts", file)))
        font = QFont("Inter")
        font.setPixelSize(13)
        font.setHintingPreference(QFont.HintingPreference.PreferVerticalHinting)
        app.setFont(font)


def font(*, size: int = 0, semibold: bool = False) -> QFont:
    """Return the program's type, `size` pixels high (0 keeps the ordinary size)."""
    made = QFont(QApplication.font())
    if size:
        made.setPixelSize(size)
    if semibold:
        made.setWeight(QFont.Weight.DemiBold)
    return made


TEXT_SIZE = 14
"""Pixels of the text of a message at its usual size."""
TEXT_SCALES = (0.8, 0.9, 1.0, 1.15, 1.3, 1.5, 1.75, 2.0)

_text_scale = 1.0


def text_scale() -> float:
    """Return by how much the text of messages is shown larger; what is sent has its own size."""
    return _text_scale


def set_text_scale(scale: float) -> None:
    """Show the text of messages that much larger from now on, in the fields that are there too."""
    global _text_scale  # noqa: PLW0603 - one person, one pair of eyes
    _text_scale = min(max(scale, TEXT_SCALES[0]), TEXT_SCALES[-1])
    for widget in QApplication.allWidgets():
        worn = widget.property("message_text")
        if worn:
            widget.setFont(text_font(*worn))


def wear_text_font(field: QWidget, families: str = "", size: float = TEXT_SIZE) -> None:
    """Give a field the type in which messages are shown, also when its size is changed later; see `text_font`."""
    field.setProperty("message_text", (families, size))
    field.setFont(text_font(families, size))


def text_font(families: str = "", size: float = TEXT_SIZE) -> QFont:
    """Return the type in which messages are shown: the program's own, or the first that is here of `families`, which
    are parted by commas. `size` is in pixels.
    """
    made = font(size=max(8, round(size * _text_scale)))
    if families:
        made.setFamilies([*families.split(","), made.family()])
    return made


def _palette(s: Scheme) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for which, name in (
        (role.Window, s.pane),
        (role.WindowText, s.text),
        (role.Base, s.pane),
        (role.AlternateBase, s.list_ground),
        (role.ToolTipBase, s.raised),
        (role.ToolTipText, s.text),
        (role.Text, s.text),
        (role.Button, s.raised),
        (role.ButtonText, s.text),
        (role.BrightText, s.bad),
        (role.Link, s.accent),
        (role.Highlight, s.accent),
        (role.HighlightedText, s.on_accent),
        (role.PlaceholderText, s.faint),
        (role.Light, s.line),
        (role.Midlight, s.line),
        (role.Mid, s.line),
        (role.Dark, s.faint),
        (role.Accent, s.accent),
    ):
        palette.setColor(which, QColor(name))
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, QColor(s.disabled))
    return palette


def _style_sheet(s: Scheme) -> str:
    frame = s.edge if s.contrast else "transparent"
    return _SHEET.format(**s._asdict(), radius=RADIUS, frame=frame, place=DENSITIES[_density][1])


_SHEET = """
QToolTip {{ background: {raised}; color: {text}; border: 1px solid {line}; padding: 4px 6px; }}
QMenu {{ background: {raised}; color: {text}; border: 1px solid {edge}; border-radius: {radius}px; padding: 5px; }}
QMenu::item {{ padding: 6px 22px 6px 12px; border-radius: 5px; }}
QMenu::item:selected {{ background: {selected}; color: {text}; }}
QMenu::item:disabled {{ color: {disabled}; background: transparent; }}
QMenu::separator {{ height: 1px; background: {line}; margin: 5px 6px; }}
#sidebar {{ background: {sidebar}; }}
#sidebarScroll, #sidebarPlaces, #panelScroll {{ background: transparent; }}
#listSide {{ background: {list_ground}; border-left: 1px solid {line}; border-right: 1px solid {line}; }}
#listSide QTableView {{ background: {list_ground}; border: none; selection-background-color: transparent; }}
#pane {{ background: {pane}; }}
QPushButton {{ background: transparent; color: {text}; border: 1px solid {edge}; border-radius: {radius}px;
  padding: 5px 12px; }}
QPushButton:hover {{ background: {hover}; }}
QPushButton:focus {{ border: 1px solid {accent}; }}
QPushButton:disabled {{ color: {disabled}; }}
QPushButton[kind="primary"] {{ background: {accent}; color: {on_accent}; border: 1px solid {accent};
  font-weight: 600; }}
QPushButton[kind="primary"]:hover {{ background: {accent_hover}; border-color: {accent_hover}; }}
QPushButton[kind="primary"]:focus {{ border: 2px solid {text}; padding: 4px 11px; }}
QPushButton[kind="primary"]:disabled {{ background: {line}; border-color: {line}; color: {muted}; }}
QPushButton[kind="quiet"] {{ border: 1px solid transparent; padding: 4px 8px; color: {muted}; }}
QPushButton[tight="true"] {{ padding: 4px 4px; }}
QPushButton[kind="quiet"]:hover {{ background: {hover}; color: {text}; }}
QPushButton[kind="quiet"]:focus {{ border: 1px solid {accent}; }}
QPushButton[kind="quiet"]:checked {{ background: {accent_soft}; color: {accent}; }}
QPushButton[kind="link"] {{ border: 1px solid transparent; padding: 2px 4px; color: {accent}; font-weight: 600; }}
QPushButton[kind="link"]:hover {{ text-decoration: underline; }}
QPushButton[kind="link"]:focus {{ border: 1px solid {accent}; }}
QPushButton[kind="nav"] {{ border: 1px solid transparent; text-align: left; padding: {place}px 10px; color: {muted}; }}
QPushButton[kind="nav"]:hover {{ background: {hover}; color: {text}; }}
QPushButton[kind="nav"]:checked {{ background: {selected}; color: {text}; font-weight: 600; }}
QPushButton[kind="nav"]:focus {{ border: 1px solid {accent}; }}
QLabel[tone="muted"] {{ color: {muted}; }}
QLabel[tone="faint"] {{ color: {faint}; }}
QLabel[tone="bad"] {{ color: {bad}; }}
QLabel[tone="warn"] {{ color: {warn}; }}
QLabel[tone="good"] {{ color: {good}; }}
QLineEdit {{ background: transparent; border: none; selection-background-color: {accent}; }}
QLineEdit[kind="box"], QComboBox {{ background: {raised}; border: 1px solid {edge}; border-radius: {radius}px;
  padding: 6px 10px; }}
QLineEdit[kind="box"]:focus, QComboBox:focus {{ border: 1px solid {accent}; }}
QLineEdit[kind="box"]:read-only, QComboBox:disabled {{ background: transparent; color: {muted}; }}
QSpinBox {{ background: {raised}; border: 1px solid {edge}; border-radius: {radius}px; padding: 4px 2px; }}
QSpinBox:focus {{ border: 1px solid {accent}; }}
QSpinBox:disabled {{ background: transparent; color: {muted}; }}
QSpinBox::up-button, QSpinBox::down-button {{ width: 24px; border: none; background: transparent; }}
QPlainTextEdit[kind="box"], QFrame[kind="box"] {{ background: {raised}; border: 1px solid {edge};
  border-radius: {radius}px; }}
QPlainTextEdit[kind="box"]:focus {{ border: 1px solid {accent}; }}
QCheckBox {{ spacing: 8px; padding: 2px; border: 1px solid transparent; border-radius: 4px; }}
QCheckBox:focus {{ border: 1px solid {accent}; }}
QComboBox::drop-down {{ border: none; width: 26px; }}
QTextEdit, QPlainTextEdit {{ background: {pane}; border: none; }}
QFrame[kind="line"] {{ background: {line}; max-height: 1px; border: none; }}
QFrame[kind="bar"] {{ border-radius: {radius}px; background: {accent_soft}; border: 1px solid {frame}; }}
QFrame[kind="bar"][tone="bad"] {{ background: {bad_soft}; }}
QFrame[kind="bar"][tone="warn"] {{ background: {warn_soft}; }}
QFrame[kind="drop"] {{ background: {accent_soft}; border: 2px dashed {accent}; border-radius: 12px; }}
QFrame[kind="popup"] {{ background: {raised}; border: 1px solid {edge}; border-radius: 12px; }}
QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
QScrollBar::handle:vertical {{ background: {edge}; border-radius: 3px; min-height: 32px; margin: 2px; }}
QScrollBar::handle:vertical:hover {{ background: {muted}; }}
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {{ background: none;
  height: 0; }}
QSplitter::handle {{ background: {line}; }}
"""


def dress(qt: QApplication, choice: str = "") -> None:
    """Dress `qt`; `choice` is one of CHOICES."""
    qt.setApplicationName("mailwright")
    qt.setApplicationDisplayName("Mailwright")
    qt.setApplicationVersion(__version__)
    qt.setDesktopFileName(APP_ID)
    qt.setQuitOnLastWindowClosed(False)  # the loop must live until the last save is on disk
    qt.setStyle("Fusion")
    choose_font(qt)
    apply(qt, wanted(qt, choice))
