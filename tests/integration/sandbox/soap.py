"""Requests of the tests, as text with the prefixes t: and m:."""

from html import escape
from typing import Any

MARKER = "a8f1d1c6-5a44-4f1e-9d05-6f7b2a2d9a10"
MARKER_PATH = f'<t:ExtendedFieldURI PropertySetId="{MARKER}" PropertyName="MailwrightId" PropertyType="String"/>'


def marked(value: str) -> str:
    """A message's marker as a property."""
    return f"<t:ExtendedProperty>{MARKER_PATH}<t:Value>{escape(value)}</t:Value></t:ExtendedProperty>"


def people(element: str, *addresses: str) -> str:
    """Recipients of a kind."""
    inner = "".join(f"<t:Mailbox><t:EmailAddress>{escape(one)}</t:EmailAddress></t:Mailbox>" for one in addresses)
    return f"<t:{element}>{inner}</t:{element}>"


def message(
    subject: str = "Lunch on Friday",
    body: str = "At noon?",
    *to: str,
    before: str = "",
    extended: str = "",
    after: str = "",
) -> str:
    """A t:Message; `extended`, `before` (next to the recipients) and `after` go in at their places in the schema."""
    whom = people("ToRecipients", *to) if to else ""
    return (
        f'<t:Message><t:Subject>{escape(subject)}</t:Subject><t:Body BodyType="Text">{escape(body)}</t:Body>'
        f"{extended}{before}{whom}{after}</t:Message>"
    )


def create(*messages: str, disposition: str = "SaveOnly", folder: str = "") -> str:
    """A CreateItem request."""
    saved = f"<m:SavedItemFolderId>{folder}</m:SavedItemFolderId>" if folder else ""
    return (
        f'<m:CreateItem MessageDisposition="{disposition}">{saved}<m:Items>{"".join(messages)}</m:Items></m:CreateItem>'
    )


def item_ids(ids: list[tuple[str, str]] | list[Any]) -> str:
    """An m:ItemIds element."""
    inner = "".join(
        f'<t:ItemId Id="{escape(one)}"' + (f' ChangeKey="{escape(key)}"/>' if key else "/>") for one, key in ids
    )
    return f"<m:ItemIds>{inner}</m:ItemIds>"


def shape(base: str = "IdOnly", paths: str = "", more: str = "") -> str:
    """An m:ItemShape element."""
    added = f"<t:AdditionalProperties>{paths}</t:AdditionalProperties>" if paths else ""
    return f"<m:ItemShape><t:BaseShape>{base}</t:BaseShape>{more}{added}</m:ItemShape>"


def field(uri: str) -> str:
    """A path to a field."""
    return f'<t:FieldURI FieldURI="{uri}"/>'


def get(ids: list[tuple[str, str]], base: str = "AllProperties", paths: str = "", more: str = "") -> str:
    """A GetItem request."""
    return f"<m:GetItem>{shape(base, paths, more)}{item_ids(ids)}</m:GetItem>"


def folder(name: str, mailbox: str = "") -> str:
    """A distinguished folder, of another mailbox if named."""
    whose = f"<t:Mailbox><t:EmailAddress>{mailbox}</t:EmailAddress></t:Mailbox>" if mailbox else ""
    return f'<t:DistinguishedFolderId Id="{name}">{whose}</t:DistinguishedFolderId>'


def find(
    where: str = "drafts",
    *,
    mailbox: str = "",
    base: str = "Default",
    paths: str = "",
    view: str = "",
    restriction: str = "",
    order: str = "",
    query: str = "",
    traversal: str = "Shallow",
) -> str:
    """A FindItem request."""
    searched = f"<m:Restriction>{restriction}</m:Restriction>" if restriction else ""
    sorted_ = f"<m:SortOrder>{order}</m:SortOrder>" if order else ""
    asked = f"<m:QueryString>{query}</m:QueryString>" if query else ""
    return (
        f'<m:FindItem Traversal="{traversal}">{shape(base, paths)}{view}{searched}{sorted_}'
        f"<m:ParentFolderIds>{folder(where, mailbox)}</m:ParentFolderIds>{asked}</m:FindItem>"
    )


def equals(path: str, value: str) -> str:
    """A comparison."""
    constant = f'<t:FieldURIOrConstant><t:Constant Value="{escape(value)}"/></t:FieldURIOrConstant>'
    return f"<t:IsEqualTo>{path}{constant}</t:IsEqualTo>"


def send(ids: list[tuple[str, str]], *, save: bool = True, folder: str = "") -> str:
    """A SendItem request."""
    saved = f"<m:SavedItemFolderId>{folder}</m:SavedItemFolderId>" if folder else ""
    return f'<m:SendItem SaveItemToFolder="{str(save).lower()}">{item_ids(ids)}{saved}</m:SendItem>'


def set_field(uri: str, inner: str) -> str:
    """A SetItemField with the element of the field within a t:Message."""
    return f"<t:SetItemField>{field(uri)}<t:Message>{inner}</t:Message></t:SetItemField>"


def delete_field(uri: str) -> str:
    """A DeleteItemField."""
    return f"<t:DeleteItemField>{field(uri)}</t:DeleteItemField>"


def update(
    item: tuple[str, str], *updates: str, resolution: str = "NeverOverwrite", disposition: str = "SaveOnly"
) -> str:
    """An UpdateItem request for one item."""
    key = f' ChangeKey="{item[1]}"' if item[1] else ""
    return (
        f'<m:UpdateItem ConflictResolution="{resolution}" MessageDisposition="{disposition}"><m:ItemChanges>'
        f'<t:ItemChange><t:ItemId Id="{item[0]}"{key}/><t:Updates>{"".join(updates)}</t:Updates></t:ItemChange>'
        "</m:ItemChanges>"
        "</m:UpdateItem>"
    )


def delete(ids: list[tuple[str, str]], way: str = "MoveToDeletedItems") -> str:
    """A DeleteItem request."""
    return f'<m:DeleteItem DeleteType="{way}">{item_ids(ids)}</m:DeleteItem>'
