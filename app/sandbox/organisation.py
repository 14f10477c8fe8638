"""The sample organisation: its people, their rights, and a mailbox each that looks used."""

import secrets
from typing import Final

from app.sandbox.conversation import complete, sample_index
from app.sandbox.out_of_office import forget_oof
from app.sandbox.sample_messages import DRAFTS, RECEIVED, SENT, SampleMessage
from app.sandbox.store.attachments import AttachmentToStore
from app.sandbox.store.database import now
from app.sandbox.store.items import Item, StoredBody, StoredMailbox
from app.sandbox.store.mail_store import MailStore
from app.sandbox.store.people import Person

DOMAIN: Final = "contoso.com"
SHARED: Final = f"sales@{DOMAIN}"

SERVICE: Final = "svc.archive"
"""The account that may act as every other, by ExchangeImpersonation."""

PEOPLE: Final = (
    ("clara.fontaine", "Clara Fontaine", "Head of Partnerships", "Sales", "+33 1 55 01 20 41"),
    ("james.okafor", "James Okafor", "Project Manager", "Delivery", "+44 20 7946 0812"),
    ("sofia.lindqvist", "Sofia Lindqvist", "Finance Director", "Finance", "+46 8 555 114 20"),
    ("mateus.ribeiro", "Mateus Ribeiro", "Software Engineer", "Engineering", "+351 21 555 0139"),
    ("priya.natarajan", "Priya Natarajan", "Legal Counsel", "Legal", "+44 20 7946 0377"),
    ("henrik.mueller", "Henrik Müller", "Office Manager", "Operations", "+49 30 5550 1182"),
)
"""Alias, display name, job title, department and telephone; the first is the one to sign in as."""

_TRAITS: Final = {"clara.fontaine": {"categories": ["Fabrikam", "Northwind", "Legal", "Budget", "Trade fair", "Press"]}}
"""People with a list of categories, beyond those that are used in messages."""


def _lena() -> Person:
    limits = {"largest_message": 256 * 1024, "daily_messages": 3, "oof": "I am at school on Thursdays and Fridays.\r\n"}
    word = secrets.token_urlsafe(12)
    return Person(0, f"lena.vogel@{DOMAIN}", "lena.vogel", "Lena Vogel", "Mailbox", word, "Trainee", traits=limits)


def _service() -> Person:
    word = secrets.token_urlsafe(12)
    return Person(0, f"{SERVICE}@{DOMAIN}", SERVICE, "Archive service", "Mailbox", word, "Service account")


def _archive() -> Person:
    return Person(0, f"old.orders@{DOMAIN}", "old.orders", "Old orders", "Shared", traits={"quota": 0})


def _adele() -> Person:
    word = secrets.token_urlsafe(12)
    return Person(0, f"adelev@{DOMAIN}", "adelev", "Adele Vance", "Mailbox", word, "Retail Manager")


_FURTHER: Final = (_lena, _archive, _adele)
"""A trainee who may send little and seldom, a mailbox that is full, and who sends in the documentation of sendMail."""


def found(store: MailStore) -> None:
    """Enter the organisation into an empty store, with passwords made for this store alone."""
    with store.database.writing():
        ids: dict[str, int] = {}
        for alias, name, title, department, telephone in PEOPLE:
            word, traits = secrets.token_urlsafe(12), _TRAITS.get(alias, {})
            place = f"{alias}@{DOMAIN}", alias, name, "Mailbox", word, title, department, telephone
            ids[alias] = store.people.add(Person(0, *place, traits=traits))
            store.folders.lay_out(ids[alias])
        for further in _FURTHER:
            store.folders.lay_out(store.people.add(further()))
        sales = store.people.add(Person(0, SHARED, "sales", "Sales", "Shared", None, "Shared mailbox", "Sales"))
        store.folders.lay_out(sales)
        # Clara sees everything of Sales but may not send as it; James may send on its behalf, Sofia as it.
        store.people.grant(sales, ids["clara.fontaine"], "full")
        store.people.grant(sales, ids["james.okafor"], "full", "on-behalf")
        store.people.grant(sales, ids["sofia.lindqvist"], "full", "send-as")
        team = store.people.add(Person(0, f"everyone@{DOMAIN}", "everyone", "Everyone at Contoso", "PublicDL"))
        for alias in ids:
            store.people.add_member(team, f"{alias}@{DOMAIN}")
        board = store.people.add(
            Person(
                0, f"board@{DOMAIN}", "board", "Board", "PublicDL", traits={"senders": [f"sofia.lindqvist@{DOMAIN}"]}
            )
        )
        store.people.add_member(board, f"sofia.lindqvist@{DOMAIN}")
        quiet = Person(
            0, f"works.council@{DOMAIN}", "works.council", "Works council", "PublicDL", traits={"hidden_members": True}
        )
        store.people.add_member(store.people.add(quiet), f"henrik.mueller@{DOMAIN}")
        service = store.people.add(_service())
        store.folders.lay_out(service)
        for person in store.people.everybody():
            if person.has_mailbox and person.id != service:
                store.people.grant(person.id, service, "impersonate")
        contact = Person(0, "anneke.visser@fabrikam.com", "anneke.visser", "Anneke Visser (Fabrikam)", "Contact")
        store.people.add(contact)


def start_over(store: MailStore) -> None:
    """Take away all messages, deliveries and folders that are not the mailboxes' own. The people stay."""
    with store.database.writing():
        store.database.run("DELETE FROM attachments")
        forget_oof(store)
        for table in (
            *(("outgoing",) if store.relays else ()),
            "items",
            "gone_items",
            "gone_folders",
            "deliveries",
            "folder_properties",
        ):
            store.database.run(f"DELETE FROM {table}")  # noqa: S608 -- a name of the line above
        while store.database.run(
            "DELETE FROM folders WHERE distinguished IS NULL AND id NOT IN"
            " (SELECT parent_id FROM folders WHERE parent_id IS NOT NULL)"
        ).rowcount:
            pass
        store.database.begin_anew()


def fill(store: MailStore) -> None:
    """Put the sample messages into the mailboxes, dated back from now."""
    with store.database.writing():
        for message in (*DRAFTS, *SENT, *RECEIVED):
            _keep(store, message)


def _mailbox(store: MailStore, who: str) -> StoredMailbox:
    if " " in who:
        # A name without an address, as when a person has typed it and not yet resolved it.
        return StoredMailbox(who, None, None, "OneOff")
    address = who if "@" in who or not who else f"{who}@{DOMAIN}"
    person = store.people.with_address(address)
    if person is not None:
        return StoredMailbox(person.display_name, person.address, "SMTP", person.mailbox_type)
    return StoredMailbox(address, address, "SMTP", "OneOff") if address else StoredMailbox()


def _keep(store: MailStore, message: SampleMessage) -> None:
    owner = store.people.with_address(_mailbox(store, message.owner).address or "")
    if owner is None:
        raise KeyError(message.owner)
    folder = store.folders.distinguished(owner.id, message.folder)
    item = store.items.start(owner.id, folder.id)
    author = _mailbox(store, message.author or message.owner)
    moment = now() - round(message.hours_ago * 3_600_000)
    item.row.update(
        subject=message.subject, importance=message.importance, created=moment, sent=moment, received=moment
    )
    if message.folder != "drafts" or message.author:
        item.row.update(from_name=author.name, from_address=author.address, from_type=author.type)
    if message.folder != "drafts":
        item.row.update(sender_name=author.name, sender_address=author.address, sender_type=author.type, is_draft=0)
        item.row.update(is_from_me=int(message.folder == "sentitems"), is_read=int(not message.unread))
    for kind, people in (("to", message.to), ("cc", message.cc)):
        item.set_recipients(kind, [_mailbox(store, one) for one in people])
    item.set_body(StoredBody("HTML" if message.body.startswith("<") else "Text", message.body))
    item.set_categories(message.categories)
    _save(store, item, message, owner.display_name, moment)


def _save(store: MailStore, item: Item, message: SampleMessage, name: str, moment: int) -> None:
    item.row["modified_by"] = name
    item.row["conversation_index"] = sample_index(message.subject)
    complete(item, DOMAIN)
    store.items.save(item)
    for file_name, content_type, content in message.attachments:
        store.attachments.add(item, AttachmentToStore(file_name, content_type, content))
    if message.attachments:
        store.items.save(item)
    store.database.run("UPDATE items SET modified = ? WHERE id = ?", (moment, item.id))
