"""A new account, step by step: the address alone, then what was found asks for, and the rest folded away."""

from __future__ import annotations

import msgspec
import pytest

from app.domain.account import PERSON, Account, AuthKind, BackendKind, Discovery, ProbeStep
from app.domain.presets import Presets, read_presets
from app.views.settings.account_form import FIRST, KINDS, WAYS, FormField
from app.views.settings.session import Phase
from tests.unit.settings.test_session import BERT, Scene

EWS = "https://mail.contoso.com/EWS/Exchange.asmx"
SECOND = {FormField.ADDRESS, FormField.PASSWORD, FormField.NAME}


@pytest.fixture
async def scene() -> Scene:
    made = Scene()
    await made.load()
    made.session.set(FormField.ADDRESS, "anna@contoso.com")
    return made


async def find(scene: Scene, *ways: AuthKind, endpoint: str = EWS, name: str = "") -> None:
    scene.mailbox.sign_ins.discovery = Discovery(endpoint, ways, name)
    assert scene.session.test()
    await scene.settle()


def offers(scene: Scene) -> bool:
    """Return whether trying is offered; a call, since it changes behind the back of a type checker."""
    return scene.session.may_try_out


def test_every_kind_of_account_and_way_to_sign_in_is_offered() -> None:
    assert BackendKind.EWS in KINDS
    assert set(WAYS) == set(AuthKind)


async def test_the_address_alone_is_asked_for_and_then_the_password_and_a_name(scene: Scene) -> None:
    assert scene.session.shown_fields == FIRST == {FormField.ADDRESS}
    assert scene.session.is_beginning
    await find(scene, AuthKind.BASIC)
    assert scene.session.shown_fields == SECOND
    assert scene.phase() is Phase.EDITING, "nothing is sent before the person goes on"


async def test_by_the_browser_no_password_is_asked_for(scene: Scene) -> None:
    scene.session._presets = lambda: Presets(client_id="built-in")
    await find(scene, AuthKind.OAUTH, AuthKind.BASIC)
    assert scene.session.form is not None
    assert (scene.session.form.auth, scene.session.form.client_id) == (AuthKind.OAUTH, "built-in")
    assert scene.session.shown_fields == SECOND - {FormField.PASSWORD}
    assert scene.session.errors == {}


async def test_without_a_client_id_a_password_is_taken_where_it_is_and_else_the_id_is_asked_for(scene: Scene) -> None:
    await find(scene, AuthKind.OAUTH, AuthKind.NTLM)
    assert scene.session.form is not None
    assert scene.session.form.auth is AuthKind.NTLM
    scene.session.set(FormField.ENDPOINT, "")
    await find(scene, AuthKind.OAUTH)
    now = scene.session.form
    assert now.auth is AuthKind.OAUTH
    assert "client id" in scene.session.errors[FormField.CLIENT_ID]
    assert FormField.CLIENT_ID in scene.session.shown_fields, "what is wrong is never folded away"


async def test_a_preset_goes_before_the_client_id_that_was_built_in(scene: Scene) -> None:
    text = '[[account]]\nserver = "mail.contoso.com"\nsign_in = "oauth"\nclient_id = "theirs"\n'
    presets = msgspec.structs.replace(read_presets(text), client_id="built-in")
    scene.session._presets = lambda: presets
    scene.session.leave_field(FormField.ADDRESS)
    assert scene.session.form is not None
    assert scene.session.form.client_id == "theirs"


async def test_where_a_preset_names_the_server_the_password_is_next_and_no_error(scene: Scene) -> None:
    scene.session._presets = lambda: read_presets('[[account]]\nserver = "mail.contoso.com"\n')
    assert not scene.session.test()
    assert scene.session.errors == {}
    assert scene.session.shown_fields == SECOND
    assert scene.mailbox.sign_ins.sought == []
    assert not scene.session.test()
    assert FormField.PASSWORD in scene.session.errors


async def test_where_no_server_is_found_it_can_be_typed_or_looked_for_with_the_password(scene: Scene) -> None:
    await find(scene, endpoint="")
    assert "or your password" in scene.session.errors[FormField.ENDPOINT]
    assert {FormField.ENDPOINT, FormField.PASSWORD} <= scene.session.shown_fields
    scene.session.set(FormField.PASSWORD, "s3cret")
    await find(scene, endpoint="")
    assert "or your password" not in scene.session.errors[FormField.ENDPOINT]
    assert [secret for _, secret in scene.mailbox.sign_ins.sought] == ["", "s3cret"]


async def test_what_is_wrong_cannot_be_folded_away_and_a_test_that_failed_shows_all(scene: Scene) -> None:
    await find(scene, AuthKind.BASIC)
    scene.session.set(FormField.PASSWORD, "s3cret")
    scene.mailbox.probe_steps[2:] = [ProbeStep("tls", passed=False)]
    assert scene.session.test()
    await scene.settle()
    assert FormField.CA_FILE in scene.session.shown_fields
    scene.session.unfold(on=False)
    assert scene.session.shown_fields == SECOND
    scene.session.set(FormField.ENDPOINT, "http://mail.contoso.com")
    assert not scene.session.test()
    scene.session.unfold(on=False)
    assert FormField.ENDPOINT in scene.session.shown_fields


async def test_the_servers_name_for_the_person_is_taken_unless_they_typed_one(scene: Scene) -> None:
    scene.mailbox.probe_steps.append(ProbeStep(PERSON, passed=True, detail="Anna Schmidt"))
    scene.fill()
    assert scene.session.test()
    await scene.settle()
    assert scene.may_save()
    assert all(line.name != PERSON for line in scene.session.lines), "it is no step of the test"
    assert scene.session.form is not None
    assert scene.session.form.display_name == "Anna Schmidt"
    scene.session.set(FormField.NAME, "  Anna   S. ")
    assert scene.session.test()
    await scene.settle()
    saved: list[Account] = []
    scene.session.saved.subscribe(saved.append)
    assert scene.session.save()
    await scene.settle()
    [account] = saved
    assert (account.display_name, account.backend) == ("Anna S.", BackendKind.EWS)


async def test_an_account_that_was_there_is_changed_with_all_in_sight_and_keeps_its_name() -> None:
    arranged = msgspec.structs.replace(BERT, display_name="Bert", label="Work", color="teal", impersonate=True)
    scene = Scene(arranged)
    scene.secrets.held[BERT.account_id] = "kept"
    session = await scene.load()
    saved: list[Account] = []
    session.saved.subscribe(saved.append)
    session.edit(BERT.account_id)
    assert session.form is not None
    assert session.shown_fields == session.form.fields
    session.set(FormField.USER, "bert")
    assert session.test()
    await scene.settle()
    assert session.save()
    await scene.settle()
    assert scene.settings.kept[BERT.account_id] == msgspec.structs.replace(arranged, user="bert")
    assert saved == [], "the person stays in the settings"


async def test_it_is_offered_to_try_the_program_only_before_anything_was_set_up(scene: Scene) -> None:
    assert not offers(scene), "not where it is tried already"
    tried: list[int] = []
    scene.session.on_try_out = lambda: tried.append(1)
    assert offers(scene)
    scene.session.try_out()
    assert len(tried) == 1
    await find(scene, AuthKind.BASIC)
    assert not offers(scene)


async def test_who_tries_the_program_sets_up_their_own_account_elsewhere() -> None:
    scene = Scene(BERT)
    session = await scene.load()
    gone: list[int] = []
    session.on_own_mailbox = lambda: gone.append(1)
    session.start_new()
    assert len(gone) == 1
    assert not scene.shows_form()
