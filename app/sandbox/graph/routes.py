"""What there is at which address: its operation's name, the permissions that open it, and what carries it out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from app.sandbox.graph import attachments, lists, messages, people
from app.sandbox.graph.call import GraphError, GraphReply
from app.sandbox.store.mail_store import MailStore
from app.sandbox.store.people import Person

READ_MAIL: Final = ("Mail.Read", "Mail.ReadWrite")
WRITE_MAIL: Final = ("Mail.ReadWrite",)
SEND_MAIL: Final = ("Mail.Send",)
USERS: Final = ("User.Read", "User.ReadWrite", "User.ReadBasic.All", "User.Read.All", "Directory.Read.All")
DIRECTORY: Final = ("User.ReadBasic.All", "User.Read.All", "Directory.Read.All")
GROUPS: Final = ("GroupMember.Read.All", "Group.Read.All", "Directory.Read.All")
CONTACTS: Final = ("Contacts.Read", "Contacts.ReadWrite")
SETTINGS: Final = ("MailboxSettings.Read", "MailboxSettings.ReadWrite")
_SHARED: Final = frozenset({*READ_MAIL, *SEND_MAIL, "Contacts.Read", "Contacts.ReadWrite"})
"""The permissions that open others' mailboxes as well, with .Shared behind their names."""


@dataclass(frozen=True, slots=True)
class Route:
    """One operation. `path` is below a user, {} stands for an id; any of `scopes` opens it."""

    operation: str
    method: str
    path: str
    scopes: tuple[str, ...]
    run: Callable[..., GraphReply]
    write: bool = True
    below_user: bool = True


_ONE: Final = "messages/{}"
_FOLDER: Final = "mailfolders/{}"
_TABLE: Final = (
    Route("GraphGetUser", "GET", "", USERS, people.get_user, write=False),
    Route("GraphListMessages", "GET", "messages", READ_MAIL, lists.list_messages, write=False),
    Route("GraphListMessages", "GET", f"{_FOLDER}/messages", READ_MAIL, lists.list_messages, write=False),
    Route("GraphDelta", "GET", f"{_FOLDER}/messages/delta", READ_MAIL, lists.delta, write=False),
    Route("GraphListFolders", "GET", "mailfolders", READ_MAIL, lists.list_folders, write=False),
    Route("GraphListFolders", "GET", f"{_FOLDER}/childfolders", READ_MAIL, lists.list_folders, write=False),
    Route("GraphCreateFolder", "POST", "mailfolders", WRITE_MAIL, lists.create_folder),
    Route("GraphCreateFolder", "POST", f"{_FOLDER}/childfolders", WRITE_MAIL, lists.create_folder),
    Route("GraphGetFolder", "GET", _FOLDER, READ_MAIL, lists.get_folder, write=False),
    Route("GraphUpdateFolder", "PATCH", _FOLDER, WRITE_MAIL, lists.update_folder),
    Route("GraphDeleteFolder", "DELETE", _FOLDER, WRITE_MAIL, lists.delete_folder),
    Route("GraphCreateMessage", "POST", "messages", WRITE_MAIL, messages.create),
    Route("GraphCreateMessage", "POST", f"{_FOLDER}/messages", WRITE_MAIL, messages.create),
    Route("GraphGetMessage", "GET", _ONE, READ_MAIL, messages.get, write=False),
    Route("GraphGetMime", "GET", f"{_ONE}/$value", READ_MAIL, messages.get_mime, write=False),
    Route("GraphUpdateMessage", "PATCH", _ONE, WRITE_MAIL, messages.update),
    Route("GraphDeleteMessage", "DELETE", _ONE, WRITE_MAIL, messages.delete),
    Route("GraphDeleteForGood", "POST", f"{_ONE}/permanentdelete", WRITE_MAIL, messages.delete_for_good),
    Route("GraphMoveMessage", "POST", f"{_ONE}/move", WRITE_MAIL, messages.move),
    Route("GraphCopyMessage", "POST", f"{_ONE}/copy", WRITE_MAIL, messages.copy),
    Route("GraphSend", "POST", f"{_ONE}/send", SEND_MAIL, messages.send),
    Route("GraphSendMail", "POST", "sendmail", SEND_MAIL, messages.send_mail),
    Route("GraphListAttachments", "GET", f"{_ONE}/attachments", READ_MAIL, attachments.list_all, write=False),
    Route("GraphAddAttachment", "POST", f"{_ONE}/attachments", WRITE_MAIL, attachments.add),
    Route(
        "GraphCreateUploadSession",
        "POST",
        f"{_ONE}/attachments/createuploadsession",
        WRITE_MAIL,
        attachments.create_session,
    ),
    Route("GraphGetAttachment", "GET", f"{_ONE}/attachments/{{}}", READ_MAIL, attachments.get, write=False),
    Route(
        "GraphGetRawAttachment", "GET", f"{_ONE}/attachments/{{}}/$value", READ_MAIL, attachments.get_raw, write=False
    ),
    Route("GraphDeleteAttachment", "DELETE", f"{_ONE}/attachments/{{}}", WRITE_MAIL, attachments.delete),
    Route("GraphListUsers", "GET", "users", DIRECTORY, people.list_users, write=False, below_user=False),
    Route("GraphListGroups", "GET", "groups", GROUPS, people.list_groups, write=False, below_user=False),
    Route("GraphListMembers", "GET", "groups/{}/members", GROUPS, people.list_members, write=False, below_user=False),
    Route("GraphListPeople", "GET", "people", ("People.Read",), people.list_people, write=False),
    Route("GraphListContacts", "GET", "contacts", CONTACTS, people.list_contacts, write=False),
    Route("GraphGetMailTips", "POST", "getmailtips", READ_MAIL, people.get_mail_tips, write=False),
    Route("GraphGetSettings", "GET", "mailboxsettings", SETTINGS, people.get_settings, write=False),
    Route("GraphUpdateSettings", "PATCH", "mailboxsettings", SETTINGS[1:], people.update_settings),
    Route("GraphListCategories", "GET", "outlook/mastercategories", SETTINGS, people.list_categories, write=False),
    Route("GraphTranslateIds", "POST", "translateexchangeids", USERS, people.translate_ids, write=False),
)
UPLOAD: Final = Route("GraphUpload", "PUT", "", (), attachments.serve_upload)
ATTACHING: Final = frozenset({"GraphAddAttachment", "GraphDeleteAttachment", "GraphUpload"})
"""What one draft takes one at a time."""


def operations() -> list[str]:
    """Return the names of all operations but those of uploads and batches."""
    return sorted({route.operation for route in _TABLE})


@dataclass(frozen=True, slots=True)
class Match:
    """A route that a request found, with the ids of its path, and whose mailbox it names; "" for one's own."""

    route: Route
    ids: tuple[str, ...]
    whose: str


def find_route(method: str, path: tuple[str, ...]) -> Match:
    """Return the route of a request; raises GraphError, with 405 where only the method is wrong."""
    whose, rest = "", path
    if path and path[0].lower() == "me":
        rest = path[1:]
    elif len(path) > 1 and path[0].lower() == "users":
        whose, rest = path[1], path[2:]
    below_user = len(rest) < len(path)
    found = [
        Match(route, ids, whose)
        for route in _TABLE
        if route.below_user == below_user and (ids := _match(route.path, rest)) is not None
    ]
    for one in found:
        if one.route.method == method:
            return one
    if found:
        raise GraphError("BadRequest", "The OData request is not supported.", 405)
    raise GraphError("BadRequest", f"Resource not found for the segment '{(rest or path or ('',))[-1][:60]}'.")


def _match(template: str, path: tuple[str, ...]) -> tuple[str, ...] | None:
    wanted = template.split("/") if template else []
    if len(wanted) != len(path):
        return None
    ids = []
    for want, said in zip(wanted, path, strict=True):
        if want == "{}":
            ids.append(said)
        elif want != said.lower():
            return None
    # A name of the table is never taken for an id.
    return None if any(one.lower() in {"createuploadsession", "delta"} for one in ids) else tuple(ids)


def mailbox_of(store: MailStore, user: Person, match: Match) -> Person:
    """Return whose mailbox a request is about; raises GraphError where there is none."""
    if not match.route.below_user or not match.whose or match.whose.lower() == user.address.lower():
        return user
    person = store.people.with_address(match.whose)
    if person is None:
        raise GraphError("ErrorInvalidUser", f"The requested user '{match.whose[:100]}' is invalid.")
    if not person.has_mailbox and match.route.operation != "GraphGetUser":
        words = "The mailbox is either inactive, soft-deleted, or is hosted on-premise."
        raise GraphError("MailboxNotEnabledForRESTAPI", words)
    return person


def check_scopes(match: Match, user: Person, mailbox: Person, scopes: frozenset[str]) -> None:
    """Raise GraphError where a token's permissions do not open what it asks for."""
    wanted = set(match.route.scopes)
    shared = {f"{one}.Shared" for one in wanted & _SHARED}
    opens = (shared or wanted) if mailbox.id != user.id else wanted | shared
    if opens and not opens & scopes:
        directory = wanted <= {*USERS, *DIRECTORY, *GROUPS}
        raise GraphError("Authorization_RequestDenied" if directory else "ErrorAccessDenied")
