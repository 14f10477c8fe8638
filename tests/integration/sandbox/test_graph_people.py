"""The sandbox as Microsoft Graph: people, groups, tips, settings, and ids in their other forms."""

from typing import Any

import pytest

from tests.integration.sandbox import soap
from tests.integration.sandbox.graph import SCOPES, Client, at, client
from tests.sandbox_fixture import RunningSandbox

EVENTUAL = {"ConsistencyLevel": "eventual"}
JAMES = "james.okafor@contoso.com"


@pytest.fixture
def clara(sandbox: RunningSandbox) -> Client:
    """The first account, signed in."""
    return client(sandbox)


def test_people_are_found_by_what_begins_like_it(clara: Client) -> None:
    [found] = clara.get("/me/people?$search=%22oka%22").values
    assert found["scoredEmailAddresses"][0]["address"] == JAMES
    assert len(clara.get("/me/people?$top=3").values) == 3
    assert clara.ask("GET", "/me/people?$top=300").status == 400


def test_the_directory_is_searched_with_its_header_alone(clara: Client) -> None:
    path = "/users?$search=%22displayName:jam%22%20OR%20%22mail:sofia%22&$select=mail&$count=true"
    found = clara.get(path, **EVENTUAL)
    assert [one["mail"] for one in found.values] == [JAMES, "sofia.lindqvist@contoso.com"]
    assert found.json["@odata.count"] == 2
    refused = clara.ask("GET", path)
    assert (refused.status, refused.code) == (400, "Request_UnsupportedQuery")
    assert [one["mail"] for one in clara.get("/users?$filter=startswith(displayName,'Pri')").values] == [
        "priya.natarajan@contoso.com"
    ]
    assert clara.ask("GET", "/users?$filter=nothing%20eq%20'x'").status == 400
    first = clara.get("/users?$top=4")
    assert len(clara.get(first.json["@odata.nextLink"]).values) == 4


def test_each_thing_has_its_permission(sandbox: RunningSandbox, clara: Client) -> None:
    mail = client(sandbox, scopes=["Mail.Read"])
    for path, code in (
        ("/users", "Authorization_RequestDenied"),
        ("/me", "Authorization_RequestDenied"),
        ("/me/people", "ErrorAccessDenied"),
        ("/me/contacts", "ErrorAccessDenied"),
        ("/me/mailboxSettings", "ErrorAccessDenied"),
    ):
        refused = mail.ask("GET", path)
        assert (refused.status, refused.code) == (403, code)
    assert clara.ask("GET", "/groups").code == "Authorization_RequestDenied"
    assert clara.get("/me/contacts").values == []


def test_members_of_a_group_are_told_where_an_administrator_consented(sandbox: RunningSandbox) -> None:
    asker = client(sandbox, scopes=[*SCOPES, "GroupMember.Read.All"])
    [team] = asker.get("/groups?$filter=mail%20eq%20'everyone@contoso.com'").values
    assert len(asker.get(f"/groups/{team['id']}/members").values) == 6
    [council] = asker.get("/groups?$filter=mail%20eq%20'works.council@contoso.com'").values
    assert asker.get(f"/groups/{council['id']}/members").values == []
    assert asker.ask("GET", "/groups/nobody/members").status == 404


def tips(clara: Client, options: str, *addresses: str) -> list[dict[str, Any]]:
    answer = clara.ask("POST", "/me/getMailTips", {"EmailAddresses": list(addresses), "MailTipsOptions": options})
    assert answer.status == 200
    return answer.values


def test_tips_say_what_is_to_be_known_of_a_recipient(clara: Client) -> None:
    lena, full, team, board, outside, nobody = tips(
        clara,
        "automaticReplies, mailboxFullStatus, totalMemberCount, maxMessageSize, deliveryRestriction, recipientScope",
        *("lena.vogel@contoso.com", "old.orders@contoso.com", "everyone@contoso.com", "board@contoso.com"),
        *("anneke.visser@fabrikam.com", "nobody@contoso.com"),
    )
    assert lena["automaticReplies"]["message"].startswith("I am at school")
    assert lena["maxMessageSize"] == 262_144
    assert (full["mailboxFull"], lena["mailboxFull"]) == (True, False)
    assert team["totalMemberCount"] == 6
    assert (board["deliveryRestricted"], team["deliveryRestricted"]) == (True, False)
    assert (outside["recipientScope"], lena["recipientScope"]) == ("external", "internal")
    assert set(nobody) == {"emailAddress", "error"}
    assert clara.ask("POST", "/me/getMailTips", {"EmailAddresses": [], "MailTipsOptions": "moods"}).status == 400


def test_an_automatic_reply_is_one_for_both_protocols(sandbox: RunningSandbox, clara: Client) -> None:
    assert clara.get("/me/mailboxSettings").json["automaticRepliesSetting"]["status"] == "disabled"
    setting = {"status": "alwaysEnabled", "internalReplyMessage": "Away."}
    changed = clara.ask("PATCH", "/me/mailboxSettings", {"automaticRepliesSetting": setting})
    assert (changed.status, changed.json["automaticRepliesSetting"]["internalReplyMessage"]) == (200, "Away.")
    request = (
        "<m:GetUserOofSettingsRequest><t:Mailbox><t:Address>clara.fontaine@contoso.com</t:Address></t:Mailbox>"
        "</m:GetUserOofSettingsRequest>"
    )
    ews = sandbox.post(request)
    assert (ews.text(".//t:OofState"), ews.text(".//t:InternalReply/t:Message")) == ("Enabled", "Away.")
    assert clara.get("/users/sales@contoso.com/mailboxSettings").json["userPurpose"] == "shared"


def test_the_list_of_categories(clara: Client) -> None:
    found = clara.get("/me/outlook/masterCategories").values
    assert [one["displayName"] for one in found][:2] == ["Fabrikam", "Northwind"]


def translated(clara: Client, source: str, target: str, *ids: str) -> list[dict[str, Any]]:
    given = {"inputIds": list(ids), "sourceIdType": source, "targetIdType": target}
    answer = clara.ask("POST", "/me/translateExchangeIds", given)
    assert answer.status == 200
    return answer.values


def test_ids_of_ews_become_ids_of_graph_and_back(sandbox: RunningSandbox, clara: Client) -> None:
    [(ews, _)] = sandbox.post(soap.create(soap.message("Moved account", "x"))).ids()
    rest, wrong = translated(clara, "ewsId", "restId", ews, "AAMkAGI=")
    assert clara.get(at(rest["targetId"])).json["subject"] == "Moved account"
    assert wrong == {"sourceId": "AAMkAGI=", "errorDetails": wrong["errorDetails"]}
    assert wrong["errorDetails"]["code"] == "ErrorInvalidIdMalformed"
    [lasting] = translated(clara, "restId", "restImmutableEntryId", rest["targetId"])
    assert lasting["targetId"] == clara.get(at(rest["targetId"]), Prefer='IdType="ImmutableId"').id
    assert translated(clara, "restImmutableEntryId", "ewsId", lasting["targetId"])[0]["targetId"] == ews
    many = {"inputIds": ["x"] * 1001, "sourceIdType": "ewsId", "targetIdType": "restId"}
    assert clara.ask("POST", "/me/translateExchangeIds", many).status == 400
    many["targetIdType"] = "odd"
    assert clara.ask("POST", "/me/translateExchangeIds", many).status == 400
