"""What exchangelib does beside mail: sign-in it works out by itself, autodiscover, settings, people, subscriptions."""

from typing import Any

import pytest

from tests.sandbox_fixture import RunningSandbox

exchangelib = pytest.importorskip("exchangelib")
from exchangelib.autodiscover.protocol import AutodiscoverProtocol  # noqa: E402
from exchangelib.properties import AlternateId  # noqa: E402
from exchangelib.protocol import FailFast  # noqa: E402

CLARA = "clara.fontaine@contoso.com"


def test_it_works_out_ntlm_and_the_version_by_itself(trusting: RunningSandbox) -> None:
    credentials = exchangelib.Credentials("CONTOSO\\clara.fontaine", trusting.first["password"])
    configuration = exchangelib.Configuration(service_endpoint=trusting.url, credentials=credentials)
    account = exchangelib.Account(CLARA, config=configuration, autodiscover=False, access_type=exchangelib.DELEGATE)
    assert account.protocol.auth_type == exchangelib.NTLM
    assert account.inbox.total_count > 0
    assert account.protocol.version.build.major_version == 15
    account.protocol.close()


def test_autodiscover_leads_to_the_service(trusting: RunningSandbox) -> None:
    credentials = exchangelib.Credentials(CLARA, trusting.first["password"])
    protocol = AutodiscoverProtocol(
        config=exchangelib.Configuration(
            service_endpoint=trusting.url.replace("/EWS/Exchange.asmx", "/autodiscover/autodiscover.svc"),
            credentials=credentials,
            auth_type=exchangelib.BASIC,
            retry_policy=FailFast(),
        )
    )
    answer = protocol.get_user_settings(user=CLARA)
    assert answer.autodiscover_smtp_address == CLARA
    assert answer.ews_url == trusting.url
    protocol.close()


def test_a_service_acts_for_somebody_by_impersonation(trusting: RunningSandbox) -> None:
    service = trusting.account("svc.archive")
    configuration = exchangelib.Configuration(
        service_endpoint=trusting.url,
        credentials=exchangelib.Credentials(service["user"], service["password"]),
        auth_type=exchangelib.BASIC,
        version=exchangelib.Version(build=exchangelib.Build(15, 2, 2562, 17)),
    )
    account = exchangelib.Account(
        CLARA, config=configuration, autodiscover=False, access_type=exchangelib.IMPERSONATION
    )
    assert account.sent.total_count == 16
    account.protocol.close()


def test_settings_zones_and_delegates_are_read(account: Any) -> None:
    assert account.oof_settings.state == "Disabled"
    away = exchangelib.OofSettings(
        state="Enabled", external_audience="All", internal_reply="Away", external_reply="Away", start=None, end=None
    )
    account.oof_settings = away
    assert account.oof_settings.internal_reply == "Away"
    names = {zone.id for zone in account.protocol.get_timezones(return_full_timezone_data=True)}
    assert {"UTC", "W. Europe Standard Time", "Romance Standard Time"} <= names
    assert account.delegates == []


def test_names_of_items_are_converted(account: Any) -> None:
    item = account.drafts.all()[0]
    given = [AlternateId(id=item.id, format="EwsId", mailbox=CLARA)]
    (other,) = account.protocol.convert_ids(given, destination_format="HexEntryId")
    (back,) = account.protocol.convert_ids([other], destination_format="EwsId")
    assert other.id != back.id == item.id


def test_people_are_looked_for_in_contacts(account: Any) -> None:
    assert list(account.contacts.people()) == []


def test_events_are_pulled_and_streamed(account: Any) -> None:
    with account.inbox.pull_subscription() as (subscription, watermark):
        exchangelib.Message(account=account, folder=account.inbox, subject="Pulled").save()
        (told,) = account.inbox.get_events(subscription, watermark)
        assert "CreatedEvent" in {type(one).__name__ for one in told.events}
    with account.inbox.streaming_subscription() as subscription:
        exchangelib.Message(account=account, folder=account.inbox, subject="Streamed").save()
        (told,) = account.inbox.get_streaming_events(subscription, connection_timeout=1, max_notifications_returned=1)
        assert "CreatedEvent" in {type(one).__name__ for one in told.events}


def test_the_hierarchy_is_synchronised(account: Any) -> None:
    assert {kind for kind, _ in account.msg_folder_root.sync_hierarchy()} == {"create"}
    folder = exchangelib.Folder(parent=account.inbox, name="New one")
    folder.save()
    folder.name = "Renamed"
    folder.save()
    folder.move(account.drafts)
    assert [(kind, one.name) for kind, one in account.msg_folder_root.sync_hierarchy()] == [("create", "Renamed")]
    folder.delete()
    assert [kind for kind, _ in account.msg_folder_root.sync_hierarchy()] == ["delete"]
