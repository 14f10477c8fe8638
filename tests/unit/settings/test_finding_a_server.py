"""From an address to its server, in the form: looked for, filled in to be looked at, and nothing sent there."""

from __future__ import annotations

import pytest

from app.domain.account import AuthKind, BackendKind, Discovery, ProbeStep
from app.domain.errors import Trouble, TroubleKind, Unreachable
from app.views.settings.account_form import FormField
from app.views.settings.connection_steps import StepState
from app.views.settings.session import Phase
from tests.unit.settings.test_session import Scene

EWS = "https://mail.contoso.com/EWS/Exchange.asmx"
HOSTS = [
    ProbeStep("autodiscover.contoso.com", passed=False, detail="There is no server of that name."),
    ProbeStep("contoso.com", passed=True, detail=EWS),
]


@pytest.fixture
async def scene() -> Scene:
    made = Scene()
    await made.load()
    made.session.set(FormField.ADDRESS, " anna@contoso.com ")
    made.mailbox.sign_ins.hosts = HOSTS
    made.mailbox.sign_ins.discovery = Discovery(EWS, (AuthKind.NTLM,))
    return made


async def test_it_is_filled_in_with_the_way_to_sign_in_and_nothing_is_tested(scene: Scene) -> None:
    scene.session.set(FormField.PASSWORD, "s3cret")
    assert scene.session.find_server()
    assert scene.phase() is Phase.FINDING
    await scene.settle()
    form = scene.session.form
    assert form is not None
    assert (form.endpoint, form.auth, form.password) == (EWS, AuthKind.NTLM, "s3cret")
    assert scene.phase() is Phase.EDITING
    assert [(line.title, line.state) for line in scene.session.lines] == [
        ("autodiscover.contoso.com", StepState.PASSED_OVER),
        ("contoso.com", StepState.PASSED),
    ]
    assert scene.session.title == "Your mail server was found"
    [(account, secret)] = scene.mailbox.sign_ins.sought
    assert (account.address, secret) == ("anna@contoso.com", "s3cret")
    assert scene.mailbox.calls_of("probe") == []
    scene.session.set(FormField.PASSWORD, "other")
    assert (scene.session.title, scene.session.lines) == ("", ())


GRAPH = "https://graph.microsoft.com/v1.0"


async def test_exchange_online_gets_graph_and_the_person_can_override(scene: Scene) -> None:
    scene.mailbox.sign_ins.discovery = Discovery(GRAPH, (AuthKind.OAUTH,), kind=BackendKind.GRAPH)
    scene.session.set(FormField.CLIENT_ID, "client")
    scene.session.find_server()
    await scene.settle()
    form = scene.session.form
    assert form is not None
    assert (form.backend, form.endpoint, form.auth) == (BackendKind.GRAPH, GRAPH, AuthKind.OAUTH)
    scene.session.set_kind(BackendKind.EWS)
    assert scene.session.form is not None
    assert scene.session.form.endpoint == "https://outlook.office365.com/EWS/Exchange.asmx"
    assert scene.session.form.auth is AuthKind.OAUTH
    scene.session.find_server()
    await scene.settle()
    assert scene.session.form.backend is BackendKind.EWS, "what the person chose stays"
    assert scene.session.form.endpoint == "https://outlook.office365.com/EWS/Exchange.asmx"


async def test_graph_is_chosen_with_its_usual_server_and_the_browser(scene: Scene) -> None:
    scene.session.set_kind(BackendKind.GRAPH)
    form = scene.session.form
    assert form is not None
    assert (form.endpoint, form.auth) == (GRAPH, AuthKind.OAUTH)
    assert FormField.PASSWORD not in form.fields
    scene.session.set(FormField.ENDPOINT, "graph.microsoft.us")
    scene.session.leave_field(FormField.ENDPOINT)
    assert scene.session.form is not None
    assert scene.session.form.endpoint == "https://graph.microsoft.us/v1.0"


async def test_a_test_without_a_server_looks_for_it_first(scene: Scene) -> None:
    assert scene.session.test()
    await scene.settle()
    assert scene.session.form is not None
    assert scene.session.form.endpoint == EWS
    assert scene.mailbox.calls_of("probe") == []
    scene.session.set(FormField.PASSWORD, "s3cret")
    assert scene.session.test()
    await scene.settle()
    assert scene.phase() is Phase.PASSED


async def test_who_signs_in_by_the_browser_gives_no_password_away(scene: Scene) -> None:
    scene.session.set(FormField.PASSWORD, "typed before")
    scene.session.set_auth(AuthKind.OAUTH)
    scene.mailbox.sign_ins.discovery = Discovery(EWS, (AuthKind.OAUTH, AuthKind.BASIC))
    scene.session.find_server()
    await scene.settle()
    assert scene.mailbox.sign_ins.sought[0][1] == ""
    assert scene.session.form is not None
    assert scene.session.form.auth is AuthKind.OAUTH


async def test_where_none_is_found_it_is_to_be_typed(scene: Scene) -> None:
    scene.mailbox.sign_ins.hosts = HOSTS[:1]
    scene.mailbox.sign_ins.discovery = Discovery()
    scene.session.find_server()
    await scene.settle()
    assert scene.session.title == "Your mail server was not found"
    assert "Type its name" in scene.session.errors[FormField.ENDPOINT]
    scene.session.set(FormField.ENDPOINT, "mail.contoso.com")
    assert FormField.ENDPOINT not in scene.session.errors


async def test_an_address_that_cannot_be_is_not_looked_for(scene: Scene) -> None:
    scene.session.set(FormField.ADDRESS, "anna")
    assert not scene.session.find_server()
    assert FormField.ADDRESS in scene.session.errors
    assert scene.mailbox.sign_ins.sought == []


async def test_trouble_on_the_way_is_told(scene: Scene) -> None:
    trouble = Trouble(TroubleKind.UNREACHABLE, "The mail engine ended.", may_have_been_processed=False)
    scene.mailbox.sign_ins.discovery = Unreachable(trouble)
    scene.session.find_server()
    await scene.settle()
    assert scene.session.notice == "The mail engine ended."
    assert scene.phase() is Phase.EDITING


async def test_it_can_be_stopped_and_a_bad_ca_file_is_told_first(scene: Scene) -> None:
    scene.session.find_server()
    scene.session.stop_test()
    await scene.settle()
    assert scene.phase() is Phase.EDITING
    assert scene.session.form is not None
    assert scene.session.form.endpoint == ""
    scene.bad_ca = "There is no such file."
    scene.session.set(FormField.CA_FILE, "/nowhere")
    scene.session.find_server()
    await scene.settle()
    assert scene.session.errors == {FormField.CA_FILE: "There is no such file."}
    assert scene.mailbox.sign_ins.sought == []
