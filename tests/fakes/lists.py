"""Lists over the fakes: a folder's view with a cache and a sync of its own, and all its rows at once."""

from __future__ import annotations

from app.domain.listing import Folder, Place
from app.services.folders.folder_view import FolderView
from app.services.folders.syncing import Syncing
from app.services.records.rows import ListRow
from tests.fakes.cache import FakeCache
from tests.fakes.scene import ANNA, Scene


async def view_of(scene: Scene, folder: Folder | Place, cache: FakeCache | None = None) -> FolderView:
    """Return the view of one of Anna's folders, opened from `cache`; the server was not asked yet."""
    kept = FakeCache() if cache is None else cache
    syncing = Syncing(scene.watched, kept, scene.accounts, scene.records, scene.clock, scene.spawn)
    place = folder if isinstance(folder, Place) else Place(folder)
    view = FolderView(ANNA, place, scene.records, kept, scene.watched, syncing, scene.spawn)
    await view.show_cached()
    return view


async def rows_of(view: FolderView) -> list[ListRow]:
    """Return all rows of a view, in their order."""
    return await view.rows_of(view.ids)
