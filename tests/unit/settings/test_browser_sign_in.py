"""Accounts that sign in with OAuth: asked for in the bar, signed in by the browser or by a code, kept and kept anew."""

from __future__ import annotations

import asyncio

import pytest
from msgspec.structs import replace

from app.domain.account import Account, AuthKind
from app.domain.errors import SignInRefused, Trouble, TroubleKind, Unreachable
from app.domain.sign_in import PROBLEMS, SignedIn, SignInProblem, SignInWay, problem_of
from app.services.text.error_text import explain_trouble
from app.services.text.sign_in_text import WORDS, words_of
from tests.unit.settings.test_sign_in import ANNA, BERT, Scene, started

CARA = replace(ANNA, auth=AuthKind.OAUTH, user="anna@contoso.com", client_id="app", tenant="contoso.com")
DONE = SignedIn("refresh", "anna@contoso.com")


def refused(detail: str, kind: TroubleKind = TroubleKind.SIGN_IN) -> SignInRefused | Unreachable:
    trouble = Trouble(kind, detail, may_have_been_processed=False, host="login.contoso.com")
    return SignInRefused(trouble) if kind is TroubleKind.SIGN_IN else Unreachable(trouble)


async def shown(scene: Scene) -> None:
    async with asyncio.timeout(5):
        while scene.session.browser.page is None:  # noqa: ASYNC110 - it comes from another task
            await asyncio.sleep(0)


async def test_an_account_without_a_secret_is_asked_to_sign_in_and_opened_by_the_browser() -> None:
    scene = await started(CARA)
    assert scene.session.by_browser
    assert not scene.session.trying
    scene.mailbox.sign_ins.answers.append(DONE)
    scene.session.sign_in_by(SignInWay.BROWSER)
    await scene.settle()
    assert scene.opened_pages == ["https://login.contoso.com/authorize"]
    assert scene.opened() == [CARA.account_id]
    assert scene.secrets.held == {CARA.account_id: "refresh"}
    assert scene.mailbox.secrets == {CARA.account_id: "refresh"}
    assert scene.asked_for() is None
    assert not scene.session.trying
    assert scene.session.notice == ""


async def test_without_a_keyring_it_says_that_it_asks_again() -> None:
    scene = await started(CARA, keyring=False)
    scene.mailbox.sign_ins.answers.append(DONE)
    scene.session.sign_in_by(SignInWay.BROWSER)
    await scene.settle()
    assert "at each start" in scene.session.notice
    assert scene.secrets.held == {}


async def test_a_code_is_shown_and_no_browser_opened() -> None:
    scene = await started(CARA)
    scene.session.sign_in_by(SignInWay.CODE)
    await shown(scene)
    page = scene.session.browser.page
    assert page is not None
    assert page.code == "BCDF-GHJK"
    assert page.url in scene.session.browser.words
    assert scene.opened_pages == []
    scene.mailbox.sign_ins.answers.append(DONE)
    await scene.settle()
    assert scene.asked_for() is None


async def test_another_way_begins_anew_and_ends_the_one_before() -> None:
    scene = await started(CARA)
    scene.session.sign_in_by(SignInWay.BROWSER)
    await shown(scene)
    scene.session.sign_in_by(SignInWay.CODE)
    await shown(scene)
    async with asyncio.timeout(5):
        while len(scene.mailbox.sign_ins.asked) < 2 or not scene.mailbox.sign_ins.cancelled:  # noqa: ASYNC110 - see settle
            await asyncio.sleep(0)
    assert [way for _, way in scene.mailbox.sign_ins.asked] == [SignInWay.BROWSER, SignInWay.CODE]
    assert scene.mailbox.sign_ins.cancelled == 1
    scene.session.stop()
    await scene.settle()
    assert scene.mailbox.sign_ins.cancelled == 2
    assert scene.asked_for() == CARA
    assert not scene.session.trying


async def test_where_no_browser_opens_the_link_and_the_code_are_offered() -> None:
    scene = await started(CARA)
    scene.has_browser = False
    scene.session.sign_in_by(SignInWay.BROWSER)
    await shown(scene)
    assert "No browser" in scene.session.browser.words
    scene.session.postpone()
    await scene.settle()
    assert scene.asked_for() is None


async def test_somebody_else_in_the_browser_is_told_and_nothing_is_kept() -> None:
    scene = await started(CARA)
    scene.mailbox.sign_ins.answers.append(SignedIn("stranger's", "bert@contoso.com"))
    scene.session.sign_in_by(SignInWay.BROWSER)
    await scene.settle()
    assert "Somebody else signed in" in scene.session.browser.error
    assert scene.secrets.held == {}
    assert scene.opened() == []
    assert scene.asked_for() == CARA


async def test_an_authority_that_names_nobody_is_believed() -> None:
    scene = await started(CARA)
    scene.mailbox.sign_ins.answers.append(SignedIn("refresh"))
    scene.session.sign_in_by(SignInWay.BROWSER)
    await scene.settle()
    assert scene.opened() == [CARA.account_id]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (refused("AADSTS90094: needs an admin"), "has to allow Mailwright"),
        (refused("access_denied"), "declined"),
        (refused("LocalTimedOut: late"), "within the time"),
        (refused("no code at all"), "no code at all"),
        (refused("no such host", TroubleKind.UNREACHABLE), "Cannot reach login.contoso.com"),
    ],
)
async def test_what_went_wrong_is_said_and_it_can_be_tried_again(error: SignInRefused, words: str) -> None:
    scene = await started(CARA)
    scene.mailbox.sign_ins.answers.append(error)
    scene.session.sign_in_by(SignInWay.BROWSER)
    await scene.settle()
    assert words in scene.session.browser.error
    assert not scene.session.trying
    scene.mailbox.sign_ins.answers.append(DONE)
    scene.session.sign_in_by(SignInWay.BROWSER)
    assert scene.session.browser.error == ""
    await scene.settle()
    assert scene.opened() == [CARA.account_id]


async def test_a_password_and_a_browser_are_asked_for_one_after_the_other() -> None:
    scene = await started(CARA, BERT)
    scene.session.postpone()
    assert scene.asked_for() == BERT
    assert not scene.session.by_browser
    scene.session.sign_in_by(SignInWay.BROWSER)
    assert scene.mailbox.sign_ins.asked == []


async def test_a_revoked_sign_in_is_asked_for_again_while_the_program_runs() -> None:
    scene = Scene(CARA)
    scene.secrets.held[CARA.account_id] = "old"
    await scene.accounts.start()
    assert scene.asked_for() is None
    scene.accounts.report(CARA.account_id, Trouble(TroubleKind.SIGN_IN, "AADSTS50173: revoked"))
    assert scene.asked_for() == CARA
    scene.mailbox.sign_ins.answers.append(DONE)
    scene.session.sign_in_by(SignInWay.BROWSER)
    await scene.settle()
    assert scene.accounts.trouble(CARA.account_id) is None
    assert scene.secrets.held == {CARA.account_id: "refresh"}


async def test_each_next_secret_takes_the_place_of_the_one_before_in_the_keyring() -> None:
    scene = Scene(CARA, BERT)
    scene.secrets.held.update({CARA.account_id: "one", BERT.account_id: "password"})
    await scene.accounts.start()
    scene.mailbox.sign_ins.change(CARA.account_id, "two")
    scene.mailbox.sign_ins.change(CARA.account_id, "three")
    scene.mailbox.sign_ins.change(BERT.account_id, "not a password")
    scene.mailbox.sign_ins.change("nobody", "lost")
    await scene.settle()
    assert scene.secrets.held == {CARA.account_id: "three", BERT.account_id: "password"}


def test_every_problem_has_words_and_every_code_a_problem() -> None:
    assert set(WORDS) == set(SignInProblem)
    assert problem_of("AADSTS999999", "invalid_grant") is SignInProblem.AGAIN
    assert problem_of("AADSTS999999", "") is SignInProblem.UNCLEAR
    for code in PROBLEMS:
        words = words_of(f"{code}: some words")
        assert words is not None
        assert words.action in {"sign-in", "copy-details", "settings", "try-now"}
    assert words_of("The password is wrong") is None
    assert words_of("") is None


def test_the_accounts_bar_says_what_a_person_can_do() -> None:
    def told(detail: str, kind: TroubleKind = TroubleKind.SIGN_IN) -> tuple[str, str]:
        said = explain_trouble(Trouble(kind, detail, may_have_been_processed=False), 0.0)
        assert ("What happened", detail) in said.details
        return said.sentence, said.action

    assert told("AADSTS50173: revoked") == ("Your sign-in has ended. Sign in again. Messages are waiting.", "sign-in")
    assert told("AADSTS65001: consent")[1] == "copy-details"
    assert told("AADSTS700016: unknown app")[1] == "settings"
    assert told("HTTP 401")[0] == "Your sign-in has expired. Messages are waiting."
    assert told("temporarily_unavailable", TroubleKind.SERVER)[1] == "try-now"


def test_an_account_of_before_is_read_and_one_of_now_keeps_what_it_needs() -> None:
    import msgspec

    old = b'{"account_id":"a","address":"a@b.c","endpoint":"https://b.c/EWS/Exchange.asmx","user":"a"}'
    read = msgspec.json.decode(old, type=Account)
    assert (read.auth, read.client_id, read.tenant) == (AuthKind.BASIC, "", "")
    assert msgspec.json.decode(msgspec.json.encode(CARA), type=Account) == CARA
