"""The store as the operations see it: people, folders and items over one database."""

from pathlib import Path

from app.sandbox.ids import FOLDER, ObjectId
from app.sandbox.store.attachments import AttachmentStore
from app.sandbox.store.database import Database
from app.sandbox.store.folders import Folders, StoredFolder
from app.sandbox.store.items import Items
from app.sandbox.store.people import PeopleStore


class MailStore:
    """Everything that is kept, over the file at `path`. With `relays`, messages to addresses outside are queued."""

    def __init__(self, path: Path) -> None:
        self.database = Database(path)
        self.people = PeopleStore(self.database)
        self.folders = Folders(self.database)
        self.items = Items(self.database)
        self.attachments = AttachmentStore(self.database)
        self.relays = False

    def folder_id(self, folder: StoredFolder) -> tuple[str, str]:
        """Return the FolderId and ChangeKey to give out for a folder."""
        ids = self.database.ids
        return (
            ids.write(ObjectId(FOLDER, folder.mailbox, folder.id)),
            ids.write_change_key(folder.change, folder=True),
        )
