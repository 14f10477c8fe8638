"""The schema of each version: what came later is refused in a request and left out of a reply."""

import pytest

from app.sandbox.versions import NUMBERS
from tests.integration.sandbox import soap
from tests.sandbox_fixture import RunningSandbox

FLAG = "<t:Flag><t:FlagStatus>Flagged</t:FlagStatus></t:Flag>"
ZONES = '<m:GetServerTimeZones ReturnFullTimeZoneData="false"/>'
QUERY = soap.find(query="subject:x")
SCOPE = (
    f"<m:SyncFolderItems>{soap.shape()}<m:SyncFolderId>{soap.folder('drafts')}</m:SyncFolderId>"
    "<m:MaxChangesReturned>5</m:MaxChangesReturned><m:SyncScope>NormalItems</m:SyncScope></m:SyncFolderItems>"
)
CONVERSATIONS = f"<m:GetConversationItems>{soap.shape()}<m:Conversations/></m:GetConversationItems>"
PEOPLE = '<m:FindPeople><m:IndexedPageItemView Offset="0" BasePoint="Beginning"/></m:FindPeople>'


@pytest.mark.parametrize(
    ("request_", "version", "taken"),
    [
        (ZONES, "Exchange2007_SP1", False),
        (ZONES, "Exchange2010", True),
        (PEOPLE, "Exchange2010_SP2", False),
        (PEOPLE, "Exchange2013", True),
        (CONVERSATIONS, "Exchange2010_SP2", False),
        (QUERY, "Exchange2007_SP1", False),
        (QUERY, "Exchange2010", True),
        (SCOPE, "Exchange2007_SP1", False),
        (SCOPE, "Exchange2010", True),
        (soap.find(paths=soap.field("item:Preview")), "Exchange2010_SP2", False),
        (soap.find(paths=soap.field("item:Preview")), "Exchange2013", True),
        (soap.find(paths=soap.field("item:ConversationId")), "Exchange2007_SP1", False),
        (soap.find(paths=soap.field("item:ConversationId")), "Exchange2010", True),
        (
            soap.create(soap.message("x", "y", before="")).replace("</t:Message>", f"{FLAG}</t:Message>"),
            "Exchange2010",
            False,
        ),
        (
            soap.create(soap.message("x", "y", before="")).replace("</t:Message>", f"{FLAG}</t:Message>"),
            "Exchange2013",
            True,
        ),
    ],
)
def test_what_came_later_is_refused(sandbox: RunningSandbox, request_: str, version: str, *, taken: bool) -> None:
    reply = sandbox.post(request_, version=version)
    codes = set(reply.codes)
    assert codes == ({"NoError"} if taken else {"ErrorSchemaValidation"})
    if not taken:
        assert int(reply.text(".//t:LineNumber") or 0) >= 1
        assert reply.text(".//t:Violation")


def test_an_attribute_that_came_later_is_not_declared(sandbox: RunningSandbox) -> None:
    item = sandbox.post(soap.create(soap.message("x"))).ids()[0]
    request = soap.delete([item]).replace("<m:DeleteItem ", '<m:DeleteItem SuppressReadReceipts="true" ')
    refused = sandbox.post(request, version="Exchange2013")
    assert refused.codes == ["ErrorSchemaValidation"]
    assert "SuppressReadReceipts" in str(refused.text(".//t:Violation"))
    assert sandbox.post(request, version="Exchange2013_SP1").codes == ["NoError"]


def test_a_reply_shows_nothing_that_came_later(sandbox: RunningSandbox) -> None:
    message = soap.message("x", "y").replace("<t:Body ", "<t:Body ")
    item = sandbox.post(soap.create(message)).ids()
    shown = {
        version: {
            str(one.tag).rpartition("}")[2]
            for one in sandbox.post(soap.get(item), version=version).all(".//t:Message/*")
        }
        for version in ("Exchange2007", "Exchange2010", "Exchange2013", "Exchange2016")
    }
    assert "EffectiveRights" not in shown["Exchange2007"]
    assert "ConversationId" not in shown["Exchange2007"]
    assert "ConversationId" in shown["Exchange2010"]
    assert "Preview" not in shown["Exchange2010"]
    assert {"Preview", "Flag", "InstanceKey"} <= shown["Exchange2013"]
    assert shown["Exchange2007"] < shown["Exchange2010"] < shown["Exchange2013"] <= shown["Exchange2016"]


@pytest.mark.parametrize("version", sorted(NUMBERS))
def test_every_version_of_the_schema_is_served(sandbox: RunningSandbox, version: str) -> None:
    assert sandbox.post(soap.find(), version=version).codes == ["NoError"]


@pytest.mark.parametrize("version", ["Exchange2099", "exchange2013", "2013", " Exchange2013"])
def test_an_unknown_version_is_a_fault(sandbox: RunningSandbox, version: str) -> None:
    reply = sandbox.post(soap.find(), version=version, valid=False)
    assert (reply.status, reply.codes) == (500, ["ErrorInvalidServerVersion"])
