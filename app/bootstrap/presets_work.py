"""Reads what an administrator has set for this computer, before anything that it may say is used."""

from __future__ import annotations

import os

from app.core.background import run_in_thread
from app.core.i18n import tr
from app.domain.errors import StorageError
from app.domain.presets import Presets, read_presets
from app.services.accounts.preset_settings import PresetSettings
from app.storage.settings import presets_path, read_presets_file


async def load_presets(settings: PresetSettings) -> None:
    """Lay the file over `settings`. What is wrong with it is told in the settings; nothing here raises."""
    path = presets_path()
    try:
        presets = await run_in_thread(lambda: _read(read_presets_file(path)))
    except StorageError as error:
        presets = Presets(faults=(str(error),))
    if presets.faults:
        told = tr("Not all that was set for this computer counts ({path}).", path=path)
        presets = Presets(presets.accounts, presets.settings, presets.locked, (told, *presets.faults))
    settings.presets = presets
    # There anybody may have written it: it fills in what a person sees, and takes no password to another server.
    settings.reaches_accounts = os.name == "posix"


def _read(text: str | None) -> Presets:
    return Presets() if text is None else read_presets(text)
