"""Options, From, a time to be sent at, signatures and templates: by keys in a real window, against what people get."""

from __future__ import annotations

from lxml import etree

from tests.end2end.desktop import wait_until
from tests.end2end.person import ANYONE, Person
from tests.end2end.program import Launcher, Program
from tests.end2end.server_side import ServerSide
from tests.integration.ews.test_folder_names import make_folder
from tests.integration.sandbox import soap

T = {"t": "http://schemas.microsoft.com/exchange/services/2006/types"}
SALES = "sales@contoso.com"


def found(server: ServerSide, folder: str, subject: str, user: str | None = None) -> etree._Element:
    """Return the one message with this subject in a person's folder, with all its properties."""
    where = soap.equals(soap.field("item:Subject"), subject)
    wanted = folder if folder.startswith("<") else soap.folder(folder)
    request = (
        '<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape>'
        f"<m:Restriction>{where}</m:Restriction><m:ParentFolderIds>{wanted}</m:ParentFolderIds></m:FindItem>"
    )
    ids = server.sandbox.post(request, user).ids()
    assert len(ids) == 1, f"{len(ids)} messages called {subject!r}"
    more = "".join(soap.field(f"item:{name}") for name in ("Flag", "ReminderIsSet", "ReminderDueBy"))
    return server.sandbox.post(soap.get(ids, paths=more), user).tree


def text(message: etree._Element, path: str) -> str:
    return message.findtext(f".//t:{path}", "", T)


def option(program: Program, name: str, typed: str = "") -> None:
    """Wait until the focus is on an option, type, and go on to the next."""
    program.wait_until_focused(name)
    if typed:
        program.desktop.type(typed)
    program.desktop.press("Tab")


def choose_option(program: Program, command: str) -> None:
    """Do a command by the palette."""
    program.desktop.press("Ctrl+Shift+P")
    program.wait_until_focused("Command")
    program.desktop.type(command)
    program.desktop.press("Enter")


def test_every_option_is_set_by_keys_and_reaches_the_other_side(mailwright: Launcher) -> None:
    program = mailwright()
    person, server = Person(program), ServerSide(program.sandbox)
    northwind = make_folder(program.sandbox, "Northwind", soap.folder("msgfolderroot"))
    person.wait_until_ready()
    person.write(ANYONE, "With everything", "Dear James")
    set_every_option(program)
    program.desktop.press("Ctrl+Enter")
    assert ANYONE in server.wait_until_delivered("With everything")
    look_at_theirs(server)
    look_at_mine(server, northwind)
    assert server.count("sentitems", "With everything") == 0
    assert server.count("drafts", "With everything") == 0
    assert len(server.requests("SendItem")) == 1


def set_every_option(program: Program) -> None:
    """Go through the panel of options by Tab."""
    program.desktop.press("Alt+O")
    option(program, "Importance", "h")
    option(program, "Sensitivity", "c")
    option(program, "Categories", "Budget, Board")
    option(program, "Follow-up flag")
    option(program, "Starts", "tomorrow")
    option(program, "Due", "in 3 days")
    option(program, "Remind me", "tomorrow 9")
    option(program, "Send at")
    program.wait_until_focused("Copy")
    program.desktop.press("Enter")
    program.wait_until_accessible("Northwind", role="list item")
    program.desktop.type("northw")
    program.desktop.press("Enter")
    option(program, "Copy in")
    program.wait_until_focused("Reply to")
    program.desktop.type("priya.natarajan@contoso.com")
    program.desktop.press("Tab")
    program.wait_until_focused("Custom headers")
    program.desktop.type("X-Project: Northwind")
    program.desktop.shoot("options-light")
    program.desktop.press("Tab")
    for name in ("Ask for a read receipt", "Ask for a delivery receipt", "Ask for an answer"):
        program.wait_until_focused(name)
        program.desktop.press("Space", "Tab")
    program.desktop.press("Escape")
    program.wait_until_focused("Message")
    program.wait_until_accessible("High importance · Confidential · Budget · Board · Follow up by")
    program.wait_until_accessible("Copy in “Northwind”")
    program.wait_until_accessible("Saved ", seconds=30)
    program.desktop.shoot("options-chosen-light")


def look_at_theirs(server: ServerSide) -> None:
    """What the recipient's server holds."""
    theirs = found(server, "inbox", "With everything", ANYONE)
    assert (text(theirs, "Importance"), text(theirs, "Sensitivity")) == ("High", "Confidential")
    assert text(theirs, "ReplyTo/t:Mailbox/t:EmailAddress") == "priya.natarajan@contoso.com"
    assert text(theirs, "IsReadReceiptRequested") == "true"
    assert text(theirs, "IsResponseRequested") == "true"
    headers = {one.get("HeaderName"): one.text for one in theirs.iterfind(".//t:InternetMessageHeader", T)}
    assert headers["x-project"] == "Northwind"


def look_at_mine(server: ServerSide, northwind: str) -> None:
    """What the sender's copy says, in the folder that was chosen for it."""
    mine = found(server, f'<t:FolderId Id="{northwind}"/>', "With everything")
    assert [one.text for one in mine.iterfind(".//t:Categories/t:String", T)] == ["Budget", "Board"]
    assert text(mine, "Flag/t:FlagStatus") == "Flagged"
    assert text(mine, "Flag/t:StartDate") < text(mine, "Flag/t:DueDate")
    assert text(mine, "ReminderIsSet") == "true"
    assert text(mine, "IsDeliveryReceiptRequested") == "true"


def test_a_message_goes_later_stands_in_the_outbox_and_is_taken_back(mailwright: Launcher) -> None:
    program = mailwright()
    person, server = Person(program), ServerSide(program.sandbox)
    person.wait_until_ready()
    person.write(ANYONE, "Not before tomorrow", "Dear James")
    program.desktop.press("Ctrl+Shift+Enter")
    program.wait_until_focused("Send at")
    program.desktop.type("tomorrow 8")
    program.wait_until_accessible("Tomorrow, 08:00", role="list item")
    program.desktop.shoot("later-light")
    program.desktop.press("Enter")
    wait_until(lambda: server.count("outbox", "Not before tomorrow") == 1, "the server holds it")
    person.go_to("Outbox")
    program.wait_until_accessible("Scheduled for tomorrow, 08:00")
    program.desktop.shoot("outbox-later-light")
    assert server.delivered("Not before tomorrow") == []
    program.desktop.press("A")
    program.wait_until_accessible("Taken back: it is a draft again")
    assert server.count("outbox", "Not before tomorrow") == 0
    assert server.count("drafts", "Not before tomorrow") == 1
    person.go_to("Drafts")
    program.wait_until_accessible("Not before tomorrow")
    assert server.delivered("Not before tomorrow") == []


def test_who_may_not_send_as_a_mailbox_sends_from_their_own_and_it_stays_one_message(mailwright: Launcher) -> None:
    program = mailwright()
    person, server = Person(program), ServerSide(program.sandbox)
    person.wait_until_ready()
    choose_option(program, "mailboxes to send")
    program.wait_until_focused("Address of the mailbox")
    program.desktop.type(SALES)
    program.desktop.press("Enter")
    program.wait_until_accessible("Drafts and copies are kept there")
    program.desktop.shoot("mailboxes-light")
    program.desktop.press("Escape", "Escape")
    person.write(ANYONE, "In the name of Sales", "Dear James")
    program.desktop.press("Alt+F")
    program.wait_until_focused("Send from")
    program.desktop.type("sal")
    program.desktop.press("Enter")
    program.wait_until_accessible(f"Copy in Sent Items of {SALES}")
    where = soap.equals(soap.field("item:Subject"), "In the name of Sales")

    def in_sales() -> int:
        return len(server.sandbox.post(soap.find("drafts", mailbox=SALES, restriction=where)).ids())

    wait_until(lambda: in_sales() == 1, "the draft lies with Sales")
    assert server.count("drafts", "In the name of Sales") == 0
    program.desktop.shoot("from-light")
    program.desktop.press("Ctrl+Enter")
    person.go_to("Outbox")
    program.wait_until_accessible("You cannot send as Sales. Nothing was sent.", seconds=30)
    program.desktop.press("A")
    program.wait_until_accessible("From is now your own address")
    assert server.delivered("In the name of Sales") == [], "the person sends it, under another name"
    program.desktop.press("Ctrl+Enter")
    assert server.wait_until_delivered("In the name of Sales") == [ANYONE]
    wait_until(lambda: server.count("sentitems", "In the name of Sales") == 1, "the copy is in one's own Sent")
    assert in_sales() == 0
    assert server.count("drafts", "In the name of Sales") == 0
    assert server.delivered("In the name of Sales") == [ANYONE], "still once"


def make_snippet(program: Program, kind: str, name: str, words: str, subject: str = "") -> None:
    """Make a signature or a template in the settings."""
    choose_option(program, "signatures and templates")
    way = (
        ["Add a signature"]
        if not subject
        else ["Change Short", "Remove Short", "Add a signature", "Import a signature", kind]
    )
    for number, control in enumerate(way):
        if number:
            program.desktop.press("Tab")
        program.wait_until_focused(control)
    program.desktop.press("Enter")
    program.wait_until_focused("Name")
    program.desktop.type(name)
    program.desktop.press("Tab")
    if subject:
        program.wait_until_focused("Subject")
        program.desktop.type(subject)
        program.desktop.press("Tab")
    program.wait_until_focused("Text")
    program.desktop.type(words)
    program.desktop.shoot(f"snippet-{name.lower()}-light")
    program.desktop.press("Ctrl+Enter")
    program.wait_until_accessible(f"Change {name}")
    program.desktop.press("Escape", "Escape")


def test_a_signature_and_a_template_are_made_and_used_by_keys(mailwright: Launcher) -> None:
    program = mailwright()
    person, server = Person(program), ServerSide(program.sandbox)
    person.wait_until_ready()
    make_snippet(program, "Add a signature", "Short", "{name}\nPartnerships")
    make_snippet(program, "Add a template", "Offer", "Dear {to.name},", "Our offer")
    person.begin()
    program.wait_until_accessible("Partnerships")
    program.desktop.type(ANYONE)
    program.desktop.press("Tab", "Alt+M")
    program.wait_until_focused("Message")
    program.desktop.press("Ctrl+T")
    program.wait_until_focused("Template or signature")
    program.desktop.shoot("snippets-light")
    program.desktop.type("off")
    program.desktop.press("Enter")
    program.wait_until_focused("Message")
    program.wait_until_accessible("Our offer")
    program.desktop.press("Ctrl+Enter")
    assert server.wait_until_delivered("Our offer") == [ANYONE]
    body = server.body("sentitems", "Our offer").replace("\r\n", "\n")
    assert body.strip().startswith("Dear ")
    assert body.strip().endswith("Clara Fontaine\nPartnerships")
