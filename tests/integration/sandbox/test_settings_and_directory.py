"""FindPeople, out of office, time zones, delegates and the names of items in other formats."""

import pytest

from tests.integration.sandbox import soap
from tests.sandbox_fixture import RunningSandbox

CLARA = "clara.fontaine@contoso.com"
JAMES = "james.okafor@contoso.com"


def people(
    query: str, *, where: str = '<t:DistinguishedFolderId Id="directory"/>', offset: int = 0, most: int = 50
) -> str:
    return (
        f'<m:FindPeople><m:IndexedPageItemView MaxEntriesReturned="{most}" Offset="{offset}" BasePoint="Beginning"/>'
        f"<m:ParentFolderId>{where}</m:ParentFolderId><m:QueryString>{query}</m:QueryString></m:FindPeople>"
    )


def test_people_are_found_by_the_beginning_of_any_of_their_names(sandbox: RunningSandbox) -> None:
    reply = sandbox.post(people("sof"))
    assert reply.text("s:Body/m:FindPeopleResponse/m:ResponseCode") == "NoError"
    assert [one.text for one in reply.all(".//t:Persona/t:DisplayName")] == ["Sofia Lindqvist"]
    assert reply.text(".//t:Persona/t:EmailAddress/t:EmailAddress") == "sofia.lindqvist@contoso.com"
    assert sandbox.post(people("nobody")).text(".//m:TotalNumberOfPeopleInView") == "0"
    assert sandbox.post(people("s", where=soap.folder("contacts"))).all(".//t:Persona") == []


def test_people_come_by_the_page_in_order(sandbox: RunningSandbox) -> None:
    everybody = [one.text for one in sandbox.post(people("")).all(".//t:Persona/t:DisplayName")]
    assert everybody == sorted(everybody, key=lambda name: str(name).casefold())
    page = sandbox.post(people("", offset=2, most=3))
    assert [one.text for one in page.all(".//t:Persona/t:DisplayName")] == everybody[2:5]
    assert page.text(".//m:TotalNumberOfPeopleInView") == str(len(everybody))
    assert sandbox.post(people("", most=0)).codes == ["ErrorInvalidPagingMaxRows"]


def oof(state: str, *, duration: str = "", internal: str = "Away") -> str:
    return (
        f"<m:SetUserOofSettingsRequest><t:Mailbox><t:Address>{JAMES}</t:Address></t:Mailbox><t:UserOofSettings>"
        f"<t:OofState>{state}</t:OofState><t:ExternalAudience>Known</t:ExternalAudience>{duration}"
        f"<t:InternalReply><t:Message>{internal}</t:Message></t:InternalReply></t:UserOofSettings>"
        "</m:SetUserOofSettingsRequest>"
    )


GET_OOF = (
    f"<m:GetUserOofSettingsRequest><t:Mailbox><t:Address>{JAMES}</t:Address></t:Mailbox></m:GetUserOofSettingsRequest>"
)


def answered(sandbox: RunningSandbox) -> int:
    before = sandbox.post(soap.find("inbox", restriction=soap.equals(soap.field("item:Subject"), "Automatic reply: Q")))
    sandbox.post(soap.create(soap.message("Q", "?", JAMES), disposition="SendOnly"))
    after = sandbox.post(soap.find("inbox", restriction=soap.equals(soap.field("item:Subject"), "Automatic reply: Q")))
    return len(after.ids()) - len(before.ids())


def test_out_of_office_is_set_read_back_and_answers(sandbox: RunningSandbox) -> None:
    me = "james.okafor"
    assert sandbox.post(GET_OOF, me).text(".//t:OofState") == "Disabled"
    assert answered(sandbox) == 0
    assert sandbox.post(oof("Enabled"), me).codes == ["NoError"]
    shown = sandbox.post(GET_OOF, me)
    assert (shown.text(".//t:OofState"), shown.text(".//t:InternalReply/t:Message")) == ("Enabled", "Away")
    assert answered(sandbox) == 1
    days = "<t:StartTime>2020-01-01T00:00:00Z</t:StartTime><t:EndTime>2020-01-02T00:00:00Z</t:EndTime>"
    past = f"<t:Duration>{days}</t:Duration>"
    assert sandbox.post(oof("Scheduled", duration=past), me).codes == ["NoError"]
    assert answered(sandbox) == 0
    sandbox.reset()
    assert sandbox.post(GET_OOF, me).text(".//t:OofState") == "Disabled"


def test_out_of_office_is_its_owners_own(sandbox: RunningSandbox) -> None:
    assert sandbox.post(GET_OOF).codes == ["ErrorAccessDenied"]
    assert sandbox.post(oof("Enabled")).codes == ["ErrorAccessDenied"]
    assert sandbox.post(GET_OOF.replace(JAMES, "nobody@contoso.com")).codes == ["ErrorNonExistentMailbox"]
    assert sandbox.post(oof("Scheduled"), "james.okafor").codes == ["ErrorInvalidScheduledOofDuration"]


def test_time_zones_have_their_periods_and_changes(sandbox: RunningSandbox) -> None:
    ask = '<m:GetServerTimeZones ReturnFullTimeZoneData="true"><m:Ids><t:Id>{}</t:Id></m:Ids></m:GetServerTimeZones>'
    berlin = sandbox.post(ask.format("W. Europe Standard Time"))
    assert [(one.get("Name"), one.get("Bias")) for one in berlin.all(".//t:Period")] == [
        ("Standard", "-PT1H"),
        ("Daylight", "-PT2H"),
    ]
    changes = berlin.all(".//t:RecurringDayTransition")
    assert [
        tuple(one.findtext(f"{{*}}{name}") for name in ("TimeOffset", "Month", "DayOfWeek", "Occurrence"))
        for one in changes
    ] == [("PT2H", "3", "Sunday", "-1"), ("PT3H", "10", "Sunday", "-1")]
    york = sandbox.post(ask.format("Eastern Standard Time"))
    assert [one.findtext("{*}Occurrence") for one in york.all(".//t:RecurringDayTransition")] == ["2", "1"]
    assert sandbox.post(ask.format("India Standard Time")).all(".//t:Period")[0].get("Bias") == "-PT5H30M"
    assert sandbox.post(ask.format("Middle Earth Standard Time")).codes == ["ErrorTimeZone"]
    names = sandbox.post('<m:GetServerTimeZones ReturnFullTimeZoneData="true"/>').all(".//t:TimeZoneDefinition")
    assert len(names) > 70


ZONE = '<t:TimeZoneContext><t:TimeZoneDefinition Id="{}" Name="x">{}</t:TimeZoneDefinition></t:TimeZoneContext>'
PERIOD = '<t:Periods><t:Period Bias="PT3H30M" Name="Standard" Id="1"/></t:Periods>'


def zone(name: str) -> str:
    return ZONE.format(name, PERIOD)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("W. Europe Standard Time", "2026-07-01T12:00:00+02:00"),
        ("UTC", "2026-07-01T12:00:00Z"),
        ("A zone of my own", "2026-07-01T12:00:00-03:30"),
    ],
)
def test_times_are_meant_and_told_in_the_zone_of_the_request(sandbox: RunningSandbox, name: str, shown: str) -> None:
    message = soap.message("When", "x", before="").replace(
        "</t:Message>", "<t:ReminderDueBy>2026-07-01T12:00:00</t:ReminderDueBy></t:Message>"
    )
    item = sandbox.post(soap.create(message), header=zone(name)).ids()[0]
    get = soap.get([item], "IdOnly", soap.field("item:ReminderDueBy"))
    assert sandbox.post(get, header=zone(name)).text(".//t:ReminderDueBy") == shown


def test_a_zone_that_is_none_is_a_fault(sandbox: RunningSandbox) -> None:
    header = ZONE.format("Nowhere", "")
    assert sandbox.post(soap.find(), header=header, valid=False).codes == ["ErrorTimeZone"]


def delegates(whom: str, inner: str = "") -> str:
    return (
        f'<m:GetDelegate IncludePermissions="true"><m:Mailbox><t:EmailAddress>{whom}</t:EmailAddress></m:Mailbox>'
        f"{inner}</m:GetDelegate>"
    )


def test_the_delegates_of_a_mailbox_are_told_to_who_may_know(sandbox: RunningSandbox) -> None:
    reply = sandbox.post(delegates("sales@contoso.com"))
    assert [one.text for one in reply.all(".//t:UserId/t:PrimarySmtpAddress")] == [JAMES]
    assert reply.text(".//t:InboxFolderPermissionLevel") == "Editor"
    named = (
        f"<m:UserIds><t:UserId><t:PrimarySmtpAddress>{CLARA}</t:PrimarySmtpAddress></t:UserId><t:UserId>"
        "<t:PrimarySmtpAddress>nobody@x.example</t:PrimarySmtpAddress></t:UserId></m:UserIds>"
    )
    asked = sandbox.post(delegates("sales@contoso.com", named))
    assert asked.codes == ["NoError", "ErrorNotDelegate", "ErrorDelegateNoUser"]
    assert sandbox.post(delegates(JAMES)).codes == ["ErrorAccessDenied"]
    assert sandbox.post(delegates("nobody@contoso.com")).codes == ["ErrorNonExistentMailbox"]


FORMATS = ("EwsLegacyId", "EwsId", "EntryId", "HexEntryId", "StoreId", "OwaId")


def convert(identity: str, source: str, target: str, mailbox: str = CLARA) -> str:
    return (
        f'<m:ConvertId DestinationFormat="{target}"><m:SourceIds><t:AlternateId Format="{source}" Id="{identity}" '
        f'Mailbox="{mailbox}"/></m:SourceIds></m:ConvertId>'
    )


@pytest.mark.parametrize("form", FORMATS)
def test_an_id_goes_into_every_format_and_back(sandbox: RunningSandbox, form: str) -> None:
    item = sandbox.post(soap.create(soap.message("Named"))).ids()[0][0]
    other = str(sandbox.post(convert(item, "EwsId", form)).all(".//m:AlternateId")[0].get("Id"))
    # A web client has the id with what an address may not hold written out: where it holds none of that, it is itself.
    itself = form == "EwsId" or (form == "OwaId" and not set(item) & set("+/="))
    assert (other == item) == itself
    back = sandbox.post(convert(other, form, "EwsId")).all(".//m:AlternateId")[0]
    assert (back.get("Id"), back.get("Mailbox")) == (item, CLARA)
    assert sandbox.post(convert("nonsense", form, "EwsId")).codes == ["ErrorInvalidIdMalformed"]


def test_ids_of_others_are_not_converted(sandbox: RunningSandbox) -> None:
    item = sandbox.post(soap.create(soap.message("Named"))).ids()[0][0]
    assert sandbox.post(convert(item, "EwsId", "HexEntryId"), "james.okafor").codes == ["ErrorAccessDenied"]
    entry = str(sandbox.post(convert(item, "EwsId", "HexEntryId")).all(".//m:AlternateId")[0].get("Id"))
    assert sandbox.post(convert(entry, "HexEntryId", "EwsId", "no@x.example")).codes == ["ErrorNonExistentMailbox"]


def test_an_id_tells_whose_it_is_to_a_client_that_does_not_know(sandbox: RunningSandbox) -> None:
    item = sandbox.post(soap.create(soap.message("Named"))).ids()[0][0]
    found = sandbox.post(convert(item, "EwsId", "EwsId", "anybody@nowhere.example")).all(".//m:AlternateId")[0]
    assert (found.get("Id"), found.get("Mailbox")) == (item, CLARA)


def acting_as(whom: str, name: str = "PrimarySmtpAddress") -> str:
    inner = f"<t:ConnectingSID><t:{name}>{whom}</t:{name}></t:ConnectingSID>"
    return f"<t:ExchangeImpersonation>{inner}</t:ExchangeImpersonation>"


def test_the_archive_service_acts_as_whom_it_names(sandbox: RunningSandbox) -> None:
    for name in ("PrimarySmtpAddress", "SmtpAddress", "PrincipalName"):
        header = acting_as(JAMES, name)
        made = sandbox.post(soap.create(soap.message(f"By {name}")), "svc.archive", header=header)
        assert made.codes == ["NoError"]
        assert sandbox.post(soap.get(made.ids()), "james.okafor").text(".//t:Subject") == f"By {name}"
        assert sandbox.post(soap.get(made.ids()), "svc.archive").codes == ["ErrorItemNotFound"]
    header = acting_as(JAMES)
    message = soap.create(soap.message("Impersonated", "x", CLARA), disposition="SendOnly")
    assert sandbox.post(message, "svc.archive", header=header).codes == ["NoError"]
    assert sandbox.deliveries()[-1]["from_address"] == JAMES
    assert sandbox.post(soap.find(), "james.okafor", header=acting_as(CLARA)).codes == ["ErrorImpersonateUserDenied"]


def test_words_come_in_the_callers_language(sandbox: RunningSandbox) -> None:
    fault = "<m:GetItem/>"
    french = sandbox.post(fault, header="<t:MailboxCulture>fr-CA</t:MailboxCulture>", valid=False)
    assert french.text(".//e:Message") == "La demande n'a pas passé la validation de schéma."
    german = sandbox.post(fault, header="<t:MailboxCulture>de-DE</t:MailboxCulture>", valid=False)
    assert german.text(".//e:Message") == "The request failed schema validation."
