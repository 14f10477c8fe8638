"""The sandbox as Microsoft Graph: lists, what may be asked of them, search, folders, and what has changed."""

from typing import Any
from urllib.parse import quote

import pytest

from app.sandbox.manners import Manner
from tests.integration.sandbox import soap
from tests.integration.sandbox.graph import DRAFT, MARK, Client, at, client, to
from tests.sandbox_fixture import RunningSandbox

JAMES, SALES = "james.okafor@contoso.com", "sales@contoso.com"
DRAFTS = "/me/mailFolders/drafts/messages"


@pytest.fixture
def clara(sandbox: RunningSandbox) -> Client:
    """The first account, signed in."""
    return client(sandbox)


def query(**options: Any) -> str:
    """Return query options; `filter` becomes $filter."""
    return "?" + "&".join(f"${name}={quote(str(value), safe='')}" for name, value in options.items())


def subjects(clara: Client, path: str, **options: Any) -> list[str]:
    return [str(one["subject"]) for one in clara.get(path + query(select="subject", **options)).values]


def test_a_list_comes_in_pages_whose_links_are_followed(clara: Client) -> None:
    first = clara.get(DRAFTS + query(count="true"))
    assert (len(first.values), first.json["@odata.count"]) == (10, 14)
    second = clara.get(first.json["@odata.nextLink"])
    assert (len(second.values), "@odata.nextLink" in second.json) == (4, False)
    assert len({one["id"] for one in first.values + second.values}) == 14
    assert len(clara.get(DRAFTS + query(top=3)).values) == 3
    assert len(clara.get(DRAFTS, Prefer="odata.maxpagesize=5").values) == 5
    for wrong in (query(top=0), query(top=1001), query(top="x"), query(skip=-1)):
        assert clara.ask("GET", DRAFTS + wrong).status == 400
    moments = [one["receivedDateTime"] for one in first.values]
    assert moments == sorted(moments, reverse=True)


def test_one_list_has_all_folders(clara: Client) -> None:
    found = clara.get("/me/messages" + query(top=100, select="subject,parentFolderId"))
    assert len({one["parentFolderId"] for one in found.values}) > 2


@pytest.mark.parametrize(
    ("condition", "subject"),
    [
        ("subject eq 'What''s up'", "What's up"),
        ("startswith(subject,'What')", "What's up"),
        ("contains(subject,'hat''s')", "What's up"),
        ("internetMessageId eq '<Own@x.invalid>'", "Marked"),
        ("importance eq 'high' and isDraft eq true", "Marked"),
        ("categories/any(c:c eq 'Own category')", "Marked"),
        (f"toRecipients/any(r: r/emailAddress/address eq '{JAMES}') and contains(subject,'ark')", "Marked"),
        (f"singleValueExtendedProperties/Any(ep: ep/id eq '{MARK}' and ep/value eq 'M-1')", "Marked"),
        (f"singleValueExtendedProperties/any(ep: ep/id eq '{MARK}' and startswith(ep/value,'m-'))", "Marked"),
        ("singleValueExtendedProperties/any(x: x/id eq 'Integer 0x0036' and cast(x/value, Edm.Int32) gt 2)", "Marked"),
        ("flag/flagStatus eq 'flagged' and not (subject eq 'What''s up')", "Marked"),
        ("(isRead eq false or subject eq 'Marked') and importance ne 'low' and categories/any(c: c eq 'own category')",
         "Marked"),
    ],
)  # fmt: skip
def test_a_filter_finds_one(sandbox: RunningSandbox, clara: Client, condition: str, subject: str) -> None:
    sandbox.reset(messages=False)
    clara.draft(subject="What's up", importance="low")
    clara.draft(
        subject="Marked", importance="high", internetMessageId="<own@x.invalid>", categories=["Own category"],
        toRecipients=to(JAMES), flag={"flagStatus": "flagged"},
        singleValueExtendedProperties=[{"id": MARK, "value": "m-1"}, {"id": "Integer 0x36", "value": "3"}],
    )  # fmt: skip
    assert subjects(clara, DRAFTS, filter=condition) == [subject]
    assert subjects(clara, "/me/messages", filter=condition) == [subject]


def test_what_ews_marked_is_found(sandbox: RunningSandbox, clara: Client) -> None:
    sandbox.post(soap.create(soap.message("By EWS", "x", extended=soap.marked("m-77"))))
    mark = f"singleValueExtendedProperties/Any(ep: ep/id eq '{MARK}' and ep/value eq 'm-77')"
    assert subjects(clara, "/me/messages", filter=mark) == ["By EWS"]
    other = mark.replace("MailwrightId", "mailwrightid")  # a name is compared by case
    assert subjects(clara, "/me/messages", filter=other) == []


def test_messages_about_one_topic_are_found_by_their_conversation(clara: Client) -> None:
    made = clara.draft(subject="Alone")
    kept = clara.get(at(made.id)).json["conversationId"]
    assert subjects(clara, "/me/messages", filter=f"conversationId eq '{kept}'") == ["Alone"]


@pytest.mark.parametrize(
    "condition",
    ["body/content eq 'x'", "subject", "subject eq", "subject eq 'x' and", "isRead eq 'yes'", "subject has 'x'",
     "((((((((((((((((((((((subject eq 'x'))))))))))))))))))))))", "importance gt 'low'", "webLink eq 'x'"],
)  # fmt: skip
def test_a_filter_that_makes_no_sense_is_refused(clara: Client, condition: str) -> None:
    answer = clara.ask("GET", DRAFTS + query(filter=condition))
    assert (answer.status, answer.code) == (400, "ErrorInvalidUrlQueryFilter")


def test_what_is_ordered_by_must_come_first_in_the_filter(clara: Client) -> None:
    since = "receivedDateTime ge 2020-01-01T00:00:00Z"
    assert clara.ask("GET", DRAFTS + query(filter=since, orderby="receivedDateTime desc")).status == 200
    both = f"{since} and isRead eq true"
    assert clara.ask("GET", DRAFTS + query(filter=both, orderby="receivedDateTime desc,isRead")).status == 200
    for order in ("isRead", "subject", "isRead,receivedDateTime"):
        answer = clara.ask("GET", DRAFTS + query(filter=both, orderby=order))
        assert (answer.status, answer.code) == (400, "InefficientFilter")
    names = subjects(clara, DRAFTS, orderby="subject", top=50)
    assert names == sorted(names, key=str.lower)
    assert clara.ask("GET", DRAFTS + query(orderby="body")).status == 400


def test_a_search_is_in_quotes_and_goes_with_no_filter(clara: Client) -> None:
    assert "Our spring offer for Northwind" in subjects(clara, "/me/messages", search='"subject:Northwind"')
    assert subjects(clara, "/me/messages", search='"nobody wrote this"') == []
    assert clara.ask("GET", "/me/messages" + query(search="Northwind")).code == "BadRequest"
    with_filter = clara.ask("GET", "/me/messages" + query(search='"x"', filter="isRead eq true"))
    assert (with_filter.status, with_filter.code) == (400, "SearchWithFilter")
    assert clara.ask("GET", "/me/messages" + query(search='"x"', orderby="subject")).code == "SearchWithOrderBy"


def test_folders_are_told_level_by_level(clara: Client) -> None:
    top = clara.get("/me/mailFolders" + query(top=100))
    assert {"Inbox", "Drafts", "Sent Items"} <= {one["displayName"] for one in top.values}
    assert "Calendar" not in {one["displayName"] for one in top.values}
    made = clara.ask("POST", "/me/mailFolders/inbox/childFolders", {"displayName": "Clients"})
    assert (made.status, made.json["displayName"]) == (201, "Clients")
    again = clara.ask("POST", "/me/mailFolders/inbox/childFolders", {"displayName": "Clients"})
    assert (again.status, again.code) == (409, "ErrorFolderExists")
    assert [one["displayName"] for one in clara.get("/me/mailFolders/inbox/childFolders").values] == ["Clients"]
    inbox = clara.get("/me/mailFolders/inbox").json
    assert (inbox["displayName"], inbox["childFolderCount"]) == ("Inbox", 1)
    assert clara.get(f"/me/mailFolders/{inbox['id']}").json == inbox
    renamed = clara.ask("PATCH", f"/me/mailFolders/{made.id}", {"displayName": "Customers"})
    assert (renamed.status, renamed.json["displayName"], renamed.id) == (200, "Customers", made.id)
    assert clara.ask("DELETE", f"/me/mailFolders/{made.id}").status == 204
    assert clara.ask("DELETE", "/me/mailFolders/inbox").status == 400
    assert clara.ask("GET", "/me/mailFolders/scheduled").status == 400


def test_anothers_folders_are_seen_with_rights_alone(clara: Client) -> None:
    assert clara.get(f"/users/{SALES}/mailFolders/drafts/messages").status == 200
    assert clara.ask("GET", f"/users/{JAMES}/mailFolders/drafts/messages").code == "ErrorAccessDenied"


DELTA = f"{DRAFTS}/delta"


def walk(clara: Client, start: str, **headers: str) -> tuple[list[dict[str, Any]], str]:
    """Follow a delta to its end; returns the changes, and the link for the next round."""
    found, link = [], start
    while True:
        answer = clara.get(link, **headers)
        found += answer.values
        if "@odata.deltaLink" in answer.json:
            return found, str(answer.json["@odata.deltaLink"])
        link = str(answer.json["@odata.nextLink"])


def test_delta_tells_what_is_there_and_then_what_has_changed(clara: Client) -> None:
    expand = f"singleValueExtendedProperties($filter=id eq '{MARK}')"
    whole, link = walk(clara, DELTA + query(select="subject", expand=expand), Prefer="odata.maxpagesize=5")
    assert len(whole) == 14
    assert walk(clara, link)[0] == []
    made = clara.draft(subject="New", singleValueExtendedProperties=[{"id": MARK, "value": "m-3"}])
    first, second = whole[0]["id"], whole[1]["id"]
    clara.ask("PATCH", at(first), {"subject": "Changed"})
    clara.ask("POST", at(second, "move"), {"destinationId": "archive"})
    changes, link = walk(clara, link)
    shown = {one["id"]: one for one in changes}
    assert shown[made.id]["subject"] == "New"
    assert shown[made.id]["singleValueExtendedProperties"] == [{"id": MARK, "value": "m-3"}]
    assert shown[first]["subject"] == "Changed"
    assert shown[second]["@removed"] == {"reason": "deleted"}
    assert set(shown[second]) == {"@odata.type", "id", "@removed"}
    assert len(changes) == 3
    assert walk(clara, link)[0] == []


def test_delta_with_immutable_ids_knows_what_came_back(clara: Client) -> None:
    prefer = {"Prefer": 'IdType="ImmutableId"'}
    whole, link = walk(clara, DELTA, **prefer)
    one = str(whole[0]["id"])
    away = clara.ask("POST", at(one, "move"), {"destinationId": "archive"}, **prefer)
    assert away.id == one
    changes, link = walk(clara, link, **prefer)
    assert [(change["id"], "@removed" in change) for change in changes] == [(one, True)]
    clara.ask("POST", at(one, "move"), {"destinationId": "drafts"}, **prefer)
    assert [(change["id"], "@removed" in change) for change in walk(clara, link, **prefer)[0]] == [(one, False)]


def test_a_delta_token_dies_with_its_generation(sandbox: RunningSandbox, clara: Client) -> None:
    _, link = walk(clara, DELTA)
    half_way = clara.get(DELTA).json["@odata.nextLink"]
    sandbox.admin("POST", "delta")
    for dead in (link, half_way):
        answer = clara.ask("GET", dead)
        assert (answer.status, answer.code) == (410, "SyncStateNotFound")
        assert "generation=" in answer.json["error"]["message"]
    assert len(walk(clara, DELTA)[0]) == 14
    assert clara.ask("GET", DELTA + "?$deltatoken=latest").status == 400


def test_delta_takes_few_options(sandbox: RunningSandbox, clara: Client) -> None:
    assert clara.ask("GET", DELTA + query(search='"x"')).status == 400
    assert clara.ask("GET", DELTA + query(filter="isRead eq true")).status == 400
    assert clara.ask("GET", DELTA + query(orderby="subject")).status == 400
    assert walk(clara, DELTA + query(filter="receivedDateTime ge 2999-01-01T00:00:00Z"))[0] == []
    _, link = walk(clara, DELTA + "?changeType=created")
    made = clara.draft()
    clara.ask("PATCH", at(clara.get(DRAFTS).values[-1]["id"]), {"subject": "Not told"})
    assert [one["id"] for one in walk(clara, link)[0]] == [made.id]
    sandbox.manners(Manner.GRAPH_DELTA_DOUBLES)
    found = walk(clara, DELTA + query(top=5))[0]
    assert (len(found), len({one["id"] for one in found})) == (18, 15)


def test_a_list_of_a_folder_that_is_not_there(clara: Client) -> None:
    made = clara.draft()
    assert clara.ask("GET", f"/me/mailFolders/{made.id}/messages").code == "ErrorInvalidIdMalformed"
    assert clara.ask("POST", "/me/mailFolders/outbox/messages", DRAFT).status == 201
