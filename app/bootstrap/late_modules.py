"""Loads, while nobody waits, what the program would otherwise load when it is first asked for.

An upgrade replaces the program's files while it runs: from then on a module that was not loaded is another version's,
or is gone. A test finds what functions import and holds this list to it.
"""

from __future__ import annotations

import asyncio
import importlib
import sys
from typing import Final

_AFTER: Final = 2.0
"""Seconds after the lists: the first message comes first."""
_PAUSE: Final = 0.05
"""Seconds between two modules, in which the person has the window."""

LATE_MODULES: Final = (
    *("app.controllers.compose.arrangement", "app.services.outbox.leaving", "app.ui.choice_bar", "app.core.memory"),
    *("app.controllers.menus", "app.ui.editor.line_marks"),
    *("app.ui.editor.rich", "app.ui.editor.toolbar", "app.ui.editor.format_actions", "app.ui.editor.find_bar"),
    *("app.ui.editor.quote_view", "app.ui.editor.spelling_marks", "app.services.html.write"),
    *(
        "app.views.compose.options_panel",
        "app.views.compose.emoji",
        "app.views.shell.message_window",
        "app.views.shell.keys_sheet",
    ),
    *("app.ui.chooser", "app.ui.attachment_strip", "app.ui.message_list.search_bar", "app.ui.incoming_files"),
    *("app.ui.document.html_view", "app.ui.reader.attachment_viewer", "app.ui.reader.conversation"),
    *("app.controllers.reader.printing", "app.ui.print_renderer", "PySide6.QtPrintSupport", "app.ui.browser"),
    *("app.services.drafts.comparison", "app.views.compare.session", "app.views.compare.view"),
    *("app.views.compare.versions_session", "app.views.compare.versions_view"),
    *("app.views.settings.session", "app.views.settings.view", "app.views.settings.mailboxes_session"),
    *("app.views.settings.mailboxes_page", "app.views.settings.snippets_session", "app.views.settings.snippets_page"),
    *("app.views.settings.style_session", "app.views.settings.style_page"),
    *("app.services.html.prepare", "app.views.compose.renewal"),
    *("app.services.reader.eml", "app.domain.mailto", "app.credentials.certificates"),
    *(("jeepney", "jeepney.io.threading") if sys.platform == "linux" else ()),
    *("difflib", "filecmp", "tomllib", "ctypes", "platformdirs", "urllib.request", "ssl"),
)
"""By full names. What belongs to children alone is not here: none is started from other files."""


async def load_late_modules() -> None:
    """Load them, each in a turn of the loop of its own."""
    await asyncio.sleep(_AFTER)
    for name in LATE_MODULES:
        importlib.import_module(name)
        await asyncio.sleep(_PAUSE)
