"""Setting up an account that signs in by the browser: signed in first, tested with that, and kept."""

from __future__ import annotations

import asyncio

import pytest
from msgspec.structs import replace

from app.domain.account import AuthKind, ProbeStep
from app.domain.errors import SignInRefused, Trouble, TroubleKind
from app.domain.sign_in import SignedIn, SignInPage, SignInWay
from app.views.settings.account_form import AccountForm, FormField, find_errors, form_of, tidy
from app.views.settings.connection_steps import StepState, failed_line
from app.views.settings.session import Phase
from tests.fakes.secrets import FakeSecrets
from tests.unit.settings.test_session import BERT, Scene

CARA = replace(BERT, auth=AuthKind.OAUTH, user="bert@contoso.com", client_id="app", tenant="contoso.com")
DONE = SignedIn("refresh", "anna@fabrikam.com")


async def filled(scene: Scene, **more: str) -> Scene:
    await scene.load()
    scene.session.set_auth(AuthKind.OAUTH)
    typed = {"address": "anna@contoso.com", "endpoint": "mail.contoso.com", "client_id": " app ", **more}
    for name, value in typed.items():
        scene.session.set(FormField(name), value)
    return scene


def states(scene: Scene) -> list[tuple[str, StepState]]:
    return [(line.name, line.state) for line in scene.session.lines]


async def shown(scene: Scene) -> SignInPage:
    """Return what the person is to open, as soon as it is there."""
    async with asyncio.timeout(5):
        while True:
            if (page := scene.session.browser.page) is not None:
                return page
            await asyncio.sleep(0)


async def test_signed_in_by_the_browser_tested_and_kept_with_who_signed_in() -> None:
    scene = await filled(Scene(), tenant="https://login.contoso.com/common/v2.0/")
    scene.mailbox.sign_ins.answers.append(DONE)
    assert scene.session.test()
    await scene.settle()
    assert scene.phase() is Phase.PASSED
    assert scene.opened_pages == ["https://login.contoso.com/authorize"]
    [(account, way)] = scene.mailbox.sign_ins.asked
    assert (account.client_id, account.tenant, way) == (
        "app",
        "https://login.contoso.com/common/v2.0",
        SignInWay.BROWSER,
    )
    assert account.endpoint == "https://mail.contoso.com/EWS/Exchange.asmx"
    assert scene.mailbox.calls_of("probe")[0].asked == ("refresh",)
    assert states(scene)[0] == ("browser", StepState.PASSED)
    assert scene.session.lines[0].detail == "anna@fabrikam.com"
    assert scene.session.save()
    await scene.settle()
    [kept] = await scene.settings.accounts()
    assert (kept.auth, kept.user, kept.client_id) == (AuthKind.OAUTH, "anna@fabrikam.com", "app")
    assert scene.secrets.held == {kept.account_id: "refresh"}


async def test_a_second_test_with_the_same_registration_asks_no_browser() -> None:
    scene = await filled(Scene())
    scene.mailbox.sign_ins.answers.append(DONE)
    scene.session.test()
    await scene.settle()
    scene.session.set(FormField.ENDPOINT, "other.contoso.com")
    assert scene.session.test()
    await scene.settle()
    assert scene.phase() is Phase.PASSED
    assert len(scene.mailbox.sign_ins.asked) == 1
    scene.session.set(FormField.CLIENT_ID, "another")
    scene.mailbox.sign_ins.answers.append(DONE)
    scene.session.test()
    await scene.settle()
    assert len(scene.mailbox.sign_ins.asked) == 2


async def test_what_the_authority_refused_stands_at_its_step_and_nothing_is_kept() -> None:
    scene = await filled(Scene())
    detail = "AADSTS90094: The grant requires admin permission."
    trouble = Trouble(TroubleKind.SIGN_IN, detail, may_have_been_processed=False)
    scene.mailbox.sign_ins.answers.append(SignInRefused(trouble))
    scene.session.test()
    await scene.settle()
    line = failed_line(scene.session.lines)
    assert line is not None
    assert (line.name, line.detail) == ("browser", detail)
    assert "has to allow Mailwright" in line.sentence
    assert "administrator" in line.advice
    assert scene.session.unfolded, "what may be wrong is in sight"
    asked = scene.session.admin_request
    assert "https://login.microsoftonline.com/" in asked
    assert "/adminconsent?client_id=app" in asked
    assert detail in asked
    assert not scene.session.save()
    assert scene.mailbox.calls_of("probe") == []


async def test_a_sign_in_that_the_server_does_not_take_is_done_anew_the_next_time() -> None:
    scene = await filled(Scene())
    scene.mailbox.probe_steps[3:] = [ProbeStep("sign-in", passed=False, detail="LocalTokenRefused: the audience")]
    scene.mailbox.sign_ins.answers.append(DONE)
    scene.session.test()
    await scene.settle()
    line = failed_line(scene.session.lines)
    assert line is not None
    assert "does not count for this mail server" in line.sentence
    scene.mailbox.sign_ins.answers.append(DONE)
    scene.session.test()
    await scene.settle()
    assert len(scene.mailbox.sign_ins.asked) == 2


async def test_it_can_be_stopped_and_done_by_a_code() -> None:
    scene = await filled(Scene())
    scene.session.test()
    await shown(scene)
    scene.session.change_way()
    assert (await shown(scene)).code == "BCDF-GHJK"
    scene.session.stop_test()
    await scene.settle()
    assert scene.phase() is Phase.EDITING
    assert scene.mailbox.sign_ins.cancelled == 2
    scene.session.change_way()
    assert len(scene.mailbox.sign_ins.asked) == 2


async def test_typing_in_the_form_gives_the_sign_in_up() -> None:
    scene = await filled(Scene())
    scene.session.test()
    await shown(scene)
    scene.session.set(FormField.CLIENT_ID, "another")
    await scene.settle()
    assert scene.phase() is Phase.EDITING
    assert not scene.session.browser.running


async def test_an_account_that_is_changed_uses_the_sign_in_that_is_kept() -> None:
    scene = Scene(CARA)
    scene.secrets.held[CARA.account_id] = "kept"
    await scene.load()
    scene.session.edit(CARA.account_id)
    assert scene.session.form == form_of(CARA)
    scene.session.set(FormField.ENDPOINT, "new.contoso.com")
    scene.session.test()
    await scene.settle()
    assert scene.phase() is Phase.PASSED
    assert scene.mailbox.sign_ins.asked == []
    assert scene.mailbox.calls_of("probe")[0].asked == ("kept",)
    scene.session.save()
    await scene.settle()
    [kept] = await scene.settings.accounts()
    assert (kept.user, kept.endpoint) == (CARA.user, "https://new.contoso.com/EWS/Exchange.asmx")


async def test_a_password_that_was_kept_is_never_taken_for_a_sign_in() -> None:
    scene = Scene(BERT)
    scene.secrets.held[BERT.account_id] = "password"
    await scene.load()
    scene.session.edit(BERT.account_id)
    scene.session.set_auth(AuthKind.OAUTH)
    scene.session.set(FormField.CLIENT_ID, "app")
    scene.mailbox.sign_ins.answers.append(DONE)
    scene.session.test()
    await scene.settle()
    assert scene.mailbox.calls_of("probe")[0].asked == ("refresh",)


async def test_where_there_is_no_keyring_it_says_so() -> None:
    scene = await filled(Scene(secrets=FakeSecrets(keyring=False)))
    assert "never sees your password" in scene.session.where_kept
    assert "at each start" in scene.session.where_kept
    scene.mailbox.sign_ins.answers.append(DONE)
    scene.session.test()
    await scene.settle()
    scene.session.save()
    await scene.settle()
    assert "asked to sign in at each start" in scene.session.notice


@pytest.mark.parametrize(
    ("tenant", "good"),
    [
        ("", True),
        ("contoso.com", True),
        ("1f6a0a9e-5f3d-4c0c-9f7a-6b8f0c2d4e10", True),
        ("https://login.contoso.com/adfs", True),
        ("http://login.contoso.com/adfs", False),
        ("https://", False),
        ("contoso .com", False),
        ("contoso.com/x", False),
        ("a\u2028b", False),
    ],
)
def test_an_organisation_is_a_name_an_id_or_an_address(tenant: str, good: bool) -> None:
    form = tidy(
        AccountForm("anna@contoso.com", "mail.contoso.com", auth=AuthKind.OAUTH, client_id="app", tenant=tenant)
    )
    assert (FormField.TENANT not in find_errors(form, password_known=False)) is good


def test_the_client_id_must_be_typed_and_no_password() -> None:
    form = tidy(AccountForm("anna@contoso.com", "mail.contoso.com", auth=AuthKind.OAUTH, user="x\x00"))
    assert set(find_errors(form, password_known=False)) == {FormField.CLIENT_ID}
    assert set(find_errors(replace(form, client_id="a b"), password_known=False)) == {FormField.CLIENT_ID}
    password = replace(form, auth=AuthKind.BASIC, client_id="app", tenant="contoso.com", password="p", user="")
    account = password.account(BERT.account_id)
    assert (account.client_id, account.tenant) == ("", "")
