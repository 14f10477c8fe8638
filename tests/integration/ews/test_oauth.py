"""Signing in with OAuth against the sandbox's authority: the flows, the refreshing, and what never happens twice."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from msgspec.structs import replace

from app.backends.ews.backend import EwsBackend
from app.backends.oauth import tokens
from app.backends.oauth.sign_in import sign_in
from app.backends.oauth.tokens import scope_of, tokens_for
from app.backends.port import Job, Stopped
from app.domain.account import Account, AuthKind
from app.domain.errors import AccountError, Trouble, TroubleKind
from app.domain.listing import Folder
from app.domain.message import AccountId, ItemRef
from app.domain.outcome import Outcome, Verdict
from app.domain.recipient import Recipient
from app.domain.record import CopyKind, CopyTo
from app.domain.sign_in import SignedIn, SignInPage, SignInWay
from app.sandbox.oauth.authority import CLIENT_ID
from tests.integration.ews.conftest import draft, job, message
from tests.oauth_browser import Browser, Page
from tests.sandbox_fixture import RunningSandbox


def account_of(sandbox: RunningSandbox, address: str = "", **more: Any) -> Account:
    base = sandbox.url.removesuffix("/EWS/Exchange.asmx")
    address = address or sandbox.first["address"]
    plain = Account(AccountId("a"), address, sandbox.url, address, auth=AuthKind.OAUTH, ca_file=sandbox.ca_file)
    return replace(plain, **{"client_id": CLIENT_ID, "tenant": f"{base}/common/v2.0", **more})


def browser_of(sandbox: RunningSandbox, name: str = "clara.fontaine", answer: str = "yes") -> Browser:
    person = sandbox.account(name)
    return Browser(sandbox.ca_file, person["user"], person["password"], answer)


class Signing:
    """A sign-in with a person at the browser, in a thread of its own."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.page: SignInPage | None = None
        self.shown: list[Page] = []
        self._threads: list[threading.Thread] = []

    def open(self, page: SignInPage) -> None:
        self.page = page
        typed = {"user_code": page.code} if page.code else {}
        thread = threading.Thread(target=lambda: self.shown.append(self.browser.sign_in(page.url, **typed)))
        self._threads.append(thread)
        thread.start()

    def run(self, account: Account, way: SignInWay = SignInWay.BROWSER, **more: Any) -> SignedIn:
        try:
            return sign_in(account, way, self.open, job(), **more)
        finally:
            for thread in self._threads:
                thread.join(5)


@pytest.fixture(autouse=True)
def forget_chains() -> Iterator[None]:
    yield
    tokens._chains.clear()


@pytest.fixture
def signed_in(sandbox: RunningSandbox) -> SignedIn:
    return Signing(browser_of(sandbox)).run(account_of(sandbox))


@pytest.fixture
def backend(sandbox: RunningSandbox, signed_in: SignedIn) -> Iterator[EwsBackend]:
    made = EwsBackend(account_of(sandbox), signed_in.secret)
    yield made
    made.close()


def asked(sandbox: RunningSandbox) -> int:
    """How often tokens were asked for."""
    return len(sandbox.journal("Token"))


def withdraw(sandbox: RunningSandbox, *kinds: str) -> None:
    sandbox.admin("POST", "tokens", {"withdraw": list(kinds)})


def trouble(work: Callable[[], object]) -> Trouble:
    with pytest.raises(AccountError) as caught:
        work()
    assert not caught.value.trouble.may_have_been_processed
    return caught.value.trouble


def saved(backend: EwsBackend, subject: str = "Hello") -> ItemRef:
    [outcome] = backend.save([draft(message(subject))], job())
    assert outcome.ref is not None
    return outcome.ref


def send(backend: EwsBackend, *refs: ItemRef) -> list[Outcome]:
    return backend.send(refs, CopyTo(CopyKind.OWN_SENT), job())


# --- the flows --------------------------------------------------------------------------------------------------------


def test_a_person_signs_in_with_the_browser_and_sends(sandbox: RunningSandbox) -> None:
    signing_in = Signing(browser_of(sandbox))
    done = signing_in.run(account_of(sandbox))
    assert done.user == "clara.fontaine@contoso.com"
    assert done.secret not in repr(done)
    [page] = signing_in.shown
    assert "You can close this" in page.text
    assert page.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    backend = EwsBackend(account_of(sandbox), done.secret)
    [outcome] = send(backend, saved(backend))
    backend.close()
    assert outcome.verdict is Verdict.ACCEPTED
    assert [one["recipient"] for one in sandbox.deliveries()] == ["james.okafor@contoso.com"]
    assert asked(sandbox) == 1, "what the sign-in brought is used, and nothing is asked for twice"


def test_what_is_sent_to_the_authority_is_what_a_public_client_sends(sandbox: RunningSandbox) -> None:
    signing_in = Signing(browser_of(sandbox))
    signing_in.run(account_of(sandbox))
    assert signing_in.page is not None
    url = signing_in.page.url
    for part in (
        "code_challenge_method=S256",
        "response_mode=form_post",
        "login_hint=clara",
        "redirect_uri=http%3A%2F%2Flocalhost%3A",
    ):
        assert part in url
    assert "EWS.AccessAsUser.All" in url
    assert "offline_access" in url


def test_a_code_can_be_typed_in_any_browser(sandbox: RunningSandbox) -> None:
    signing_in = Signing(browser_of(sandbox))
    done = signing_in.run(account_of(sandbox), SignInWay.CODE)
    assert signing_in.page is not None
    assert (len(signing_in.page.code), signing_in.page.seconds > 0) == (9, True)
    assert done.user == "clara.fontaine@contoso.com"
    backend = EwsBackend(account_of(sandbox), done.secret)
    assert backend.list_folder(Folder.DRAFTS, 0, 1, job()).total == 14
    backend.close()


@pytest.mark.parametrize("way", list(SignInWay))
def test_who_declines_is_told_so(sandbox: RunningSandbox, way: SignInWay) -> None:
    told = trouble(lambda: Signing(browser_of(sandbox, answer="no")).run(account_of(sandbox), way))
    assert (told.kind, told.detail.partition(":")[0]) == (TroubleKind.SIGN_IN, "access_denied")


def test_nobody_at_the_browser_ends_with_the_time(sandbox: RunningSandbox) -> None:
    told = trouble(lambda: sign_in(account_of(sandbox), SignInWay.BROWSER, lambda _: None, job(), seconds=0.3))
    assert told.detail.startswith("LocalTimedOut")


def test_a_code_that_nobody_types_ends_with_its_time(sandbox: RunningSandbox) -> None:
    sandbox.admin("POST", "tokens", {"lifetimes": {"device": 1}})
    told = trouble(lambda: sign_in(account_of(sandbox), SignInWay.CODE, lambda _: None, job()))
    assert told.detail.partition(":")[0] in {"LocalTimedOut", "expired_token"}


def test_a_sign_in_that_is_stopped_ends_at_once_and_leaves_no_port_open(sandbox: RunningSandbox) -> None:
    work = job()
    pages: list[SignInPage] = []

    def open_nothing(page: SignInPage) -> None:
        pages.append(page)
        threading.Timer(0.2, work.stop, (TroubleKind.CANCELLED,)).start()

    began = time.monotonic()
    with pytest.raises(Stopped):
        sign_in(account_of(sandbox), SignInWay.BROWSER, open_nothing, work)
    assert time.monotonic() - began < 30
    with pytest.raises(ConnectionRefusedError):
        browser_of(sandbox).sign_in(pages[0].url)


@pytest.mark.parametrize(
    ("code", "text", "kind", "said"),
    [
        ("access_denied", "AADSTS65004: User declined to consent.", TroubleKind.SIGN_IN, "AADSTS65004"),
        ("consent_required", "AADSTS90094: The grant needs an admin.", TroubleKind.SIGN_IN, "AADSTS90094"),
        ("unauthorized_client", "AADSTS700016: Not found.", TroubleKind.SIGN_IN, "AADSTS700016"),
        ("invalid_request", "AADSTS50011: The redirect URI.", TroubleKind.SIGN_IN, "AADSTS50011"),
        ("something_new", "AADSTS999999: Nobody knows.", TroubleKind.SIGN_IN, "AADSTS999999"),
        ("temporarily_unavailable", None, TroubleKind.SERVER, "temporarily_unavailable"),
    ],
)
@pytest.mark.parametrize("operation", ["Authorize", "Token"])
def test_what_the_authority_says_reaches_the_person(
    sandbox: RunningSandbox, operation: str, code: str, text: str | None, kind: TroubleKind, said: str
) -> None:
    rule = {"operation": operation, "action": "oauth-error", "code": code}
    sandbox.faults([rule if text is None else {**rule, "text": text}])
    told = trouble(lambda: Signing(browser_of(sandbox)).run(account_of(sandbox)))
    assert (told.kind, told.detail.partition(":")[0], told.host) == (kind, said, "localhost")


# --- refreshing -------------------------------------------------------------------------------------------------------


def test_a_kept_token_brings_an_access_token_and_the_next_of_its_kind(
    sandbox: RunningSandbox, signed_in: SignedIn
) -> None:
    tokens._chains.clear()  # another run of the engine
    told: list[tuple[str, str]] = []
    account = account_of(sandbox)
    tokens_for(account, signed_in.secret).listen(signed_in.secret, lambda *pair: told.append(pair))
    backend = EwsBackend(account, signed_in.secret)
    for _ in range(3):
        backend.list_folder(Folder.DRAFTS, 0, 1, job())
    backend.close()
    assert asked(sandbox) == 2
    [(before, after)] = told
    assert before == signed_in.secret != after
    assert tokens_for(account, signed_in.secret) is tokens_for(account, after)


def test_who_comes_with_an_old_link_is_told_the_newest_at_once(sandbox: RunningSandbox, signed_in: SignedIn) -> None:
    account = account_of(sandbox)
    chain = tokens_for(account, signed_in.secret)
    withdraw(sandbox, "access")
    scope = scope_of(sandbox.url)
    chain.instead_of(chain.access(scope, job()), scope, job())
    told: list[tuple[str, str]] = []
    chain.listen(signed_in.secret, lambda *pair: told.append(pair))
    assert told == [(signed_in.secret, chain.refresh_token)]


def test_a_token_is_renewed_before_its_end_without_a_word(sandbox: RunningSandbox) -> None:
    sandbox.admin("POST", "tokens", {"lifetimes": {"access": 6}})
    done = Signing(browser_of(sandbox)).run(account_of(sandbox))
    backend = EwsBackend(account_of(sandbox), done.secret)
    began, first = time.monotonic(), asked(sandbox)
    while asked(sandbox) < first + 2:
        assert backend.list_folder(Folder.DRAFTS, 0, 1, job()).total == 14
        assert time.monotonic() - began < 40
        time.sleep(0.05)
    backend.close()
    assert {entry["status"] for entry in sandbox.journal("FindItem")} == {200}, "none was tried with one that had ended"
    assert asked(sandbox) - first <= time.monotonic() - began + 2, "it is not asked for with each request"


def test_a_send_with_a_token_that_expired_is_refreshed_once_and_sent_once(
    sandbox: RunningSandbox, backend: EwsBackend
) -> None:
    refs = [saved(backend, f"Message {number}") for number in range(3)]
    withdraw(sandbox, "access")
    outcomes = send(backend, *refs)
    assert [one.verdict for one in outcomes] == [Verdict.ACCEPTED] * 3
    assert asked(sandbox) == 2
    assert len(sandbox.deliveries()) == 3
    assert len(sandbox.journal("SendItem")) == 1, "the one that was refused at the door was never read"


def test_a_refused_token_is_tried_once_more_and_no_second_time(sandbox: RunningSandbox, backend: EwsBackend) -> None:
    ref = saved(backend)
    sandbox.admin("POST", "tokens", {"lifetimes": {"access": -1}})
    withdraw(sandbox, "access")
    [outcome] = send(backend, ref)
    assert outcome.verdict is Verdict.NOT_ATTEMPTED
    assert outcome.trouble is not None
    assert (outcome.trouble.kind, outcome.trouble.detail) == (
        TroubleKind.SIGN_IN,
        "LocalTokenRefused: The token has expired.",
    )
    assert asked(sandbox) == 2
    assert sandbox.deliveries() == []


def test_a_401_that_does_not_ask_for_a_token_is_not_answered_with_a_second_send(
    sandbox: RunningSandbox, backend: EwsBackend
) -> None:
    """A server that says 401 once it has sent: what is not the door's word must not send again."""
    ref = saved(backend)
    sandbox.faults([{"operation": "SendItem", "action": "status", "status": 401, "after": True}])
    [outcome] = send(backend, ref)
    assert outcome.verdict is Verdict.NOT_ATTEMPTED
    assert len(sandbox.journal("SendItem")) == 1
    assert len(sandbox.deliveries()) == 1


def test_a_connection_that_breaks_on_the_second_try_leaves_the_send_unknown(
    sandbox: RunningSandbox, backend: EwsBackend
) -> None:
    ref = saved(backend)
    withdraw(sandbox, "access")
    sandbox.faults([{"operation": "SendItem", "action": "reset-after"}])
    [outcome] = send(backend, ref)
    assert outcome.verdict is Verdict.UNKNOWN
    assert len(sandbox.deliveries()) == 1
    assert asked(sandbox) == 2


def test_many_threads_with_one_expired_token_refresh_once(sandbox: RunningSandbox, backend: EwsBackend) -> None:
    backend.list_folder(Folder.DRAFTS, 0, 1, job())
    withdraw(sandbox, "access")
    with ThreadPoolExecutor(8) as pool:
        pages = list(pool.map(lambda _: backend.list_folder(Folder.DRAFTS, 0, 1, job()), range(16)))
    assert {page.total for page in pages} == {14}
    assert asked(sandbox) == 2


def test_a_refresh_token_that_was_revoked_asks_the_person_and_the_authority_no_more(
    sandbox: RunningSandbox, backend: EwsBackend
) -> None:
    ref = saved(backend)
    withdraw(sandbox, "access", "refresh")
    for _ in range(5):
        [outcome] = send(backend, ref)
        assert (outcome.verdict, outcome.trouble and outcome.trouble.kind) == (
            Verdict.NOT_ATTEMPTED,
            TroubleKind.SIGN_IN,
        )
    assert asked(sandbox) == 2
    assert sandbox.deliveries() == []


@pytest.mark.parametrize(
    ("rule", "kind", "status"),
    [
        ({"action": "reset-before"}, TroubleKind.UNREACHABLE, 0),
        ({"action": "status", "status": 503, "headers": {"Retry-After": "7"}}, TroubleKind.SERVER, 503),
        ({"action": "status", "status": 429}, TroubleKind.SERVER, 429),
        ({"action": "html"}, TroubleKind.SERVER, 200),
        ({"action": "garbage"}, TroubleKind.SERVER, 200),
        ({"action": "cut", "bytes": 20}, TroubleKind.UNREACHABLE, 0),
        ({"action": "garbage", "body": "{}"}, TroubleKind.SERVER, 200),
        ({"action": "garbage", "body": '{"access_token": 5, "expires_in": {}}'}, TroubleKind.SERVER, 200),
    ],
)
def test_trouble_with_the_authority_is_told_as_such_and_sends_nothing(
    sandbox: RunningSandbox, backend: EwsBackend, rule: dict[str, Any], kind: TroubleKind, status: int
) -> None:
    ref = saved(backend)
    withdraw(sandbox, "access")
    sandbox.faults([{"operation": "Token", **rule}])
    [outcome] = send(backend, ref)
    assert outcome.verdict is Verdict.NOT_ATTEMPTED
    assert outcome.trouble is not None
    assert (outcome.trouble.kind, outcome.trouble.http_status) == (kind, status)
    assert sandbox.deliveries() == []
    sandbox.faults([])
    [outcome] = send(backend, ref)
    if rule["action"] in {"garbage", "cut"}:
        # The authority gave out the next refresh token, and it was lost: the one there is was good once.
        assert (outcome.verdict, outcome.trouble and outcome.trouble.kind) == (
            Verdict.NOT_ATTEMPTED,
            TroubleKind.SIGN_IN,
        )
    else:
        assert outcome.verdict is Verdict.ACCEPTED


def test_an_authority_that_does_not_answer_ends_with_the_deadline(sandbox: RunningSandbox, backend: EwsBackend) -> None:
    ref = saved(backend)
    withdraw(sandbox, "access")
    sandbox.faults([{"operation": "Token", "action": "stall", "seconds": 60}])
    work = Job(120)
    threading.Timer(0.5, work.stop, (TroubleKind.DEADLINE,)).start()
    began = time.monotonic()
    [outcome] = backend.send([ref], CopyTo(CopyKind.OWN_SENT), work)
    assert time.monotonic() - began < 30
    assert outcome.verdict is Verdict.NOT_ATTEMPTED or outcome.trouble is not None
    assert sandbox.deliveries() == []


def test_a_token_that_is_good_still_serves_while_the_authority_is_away(sandbox: RunningSandbox) -> None:
    sandbox.admin("POST", "tokens", {"lifetimes": {"access": 10}})
    done = Signing(browser_of(sandbox)).run(account_of(sandbox))
    backend = EwsBackend(account_of(sandbox), done.secret)
    chain = tokens_for(account_of(sandbox), done.secret)
    chain._access[scope_of(sandbox.url)].renew = 0.0  # it is time to renew it
    sandbox.faults([{"operation": "Token", "nth": "every", "action": "status", "status": 503}])
    for _ in range(5):
        assert backend.list_folder(Folder.DRAFTS, 0, 1, job()).total == 14
    backend.close()
    assert asked(sandbox) == 2


# --- what is set up wrongly -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "kind", "code"),
    [
        ({"client_id": ""}, TroubleKind.SIGN_IN, "LocalNoClientId"),
        ({"client_id": "somebody else"}, TroubleKind.SIGN_IN, "invalid_client"),
        ({"tenant": "https://localhost:1/common/v2.0"}, TroubleKind.UNREACHABLE, "localhost"),
        ({"ca_file": ""}, TroubleKind.NOT_GENUINE, "The certificate"),
    ],
)
def test_what_is_set_up_wrongly_is_told(
    sandbox: RunningSandbox, more: dict[str, str], kind: TroubleKind, code: str
) -> None:
    told = trouble(lambda: sign_in(account_of(sandbox, **more), SignInWay.CODE, lambda _: None, job()))
    assert told.kind is kind
    assert told.detail.startswith(code)


def test_an_address_that_is_no_authority_is_told(sandbox: RunningSandbox) -> None:
    base = sandbox.url.removesuffix("/EWS/Exchange.asmx")
    told = trouble(
        lambda: sign_in(account_of(sandbox, tenant=f"{base}/nothing"), SignInWay.CODE, lambda _: None, job())
    )
    assert told.kind is TroubleKind.SERVER


def test_without_offline_access_there_is_nothing_to_keep(sandbox: RunningSandbox) -> None:
    sandbox.faults(
        [
            {
                "operation": "Token",
                "action": "garbage",
                "body": '{"access_token": "a", "token_type": "Bearer", "expires_in": 5}',
            }
        ]
    )
    told = trouble(lambda: Signing(browser_of(sandbox)).run(account_of(sandbox)))
    assert told.detail.startswith("LocalNoRefreshToken")


def test_a_service_acts_for_others_with_its_own_sign_in(sandbox: RunningSandbox) -> None:
    service = account_of(sandbox, "svc.archive@contoso.com")
    done = Signing(browser_of(sandbox, "svc.archive")).run(service)
    backend = EwsBackend(replace(service, address="clara.fontaine@contoso.com", impersonate=True), done.secret)
    assert backend.list_folder(Folder.DRAFTS, 0, 1, job()).total == 14
    backend.close()


def test_the_test_of_a_connection_signs_in_with_what_there_is(sandbox: RunningSandbox, signed_in: SignedIn) -> None:
    backend = EwsBackend(account_of(sandbox), signed_in.secret)
    steps = list(backend.probe(job()))
    assert [(step.name, step.passed) for step in steps] == [
        (name, True) for name in ("name", "connect", "tls", "sign-in", "ews", "drafts", "person")
    ]
    withdraw(sandbox, "access", "refresh")
    refused = list(backend.probe(job()))[-1]
    backend.close()
    assert (refused.name, refused.passed) == ("sign-in", False)
    assert refused.detail.startswith("invalid_grant")
    assert asked(sandbox) == 2


def test_a_delegate_sends_for_a_principal_with_a_token_too(sandbox: RunningSandbox) -> None:
    sofia = account_of(sandbox, "sofia.lindqvist@contoso.com")
    done = Signing(browser_of(sandbox, "sofia.lindqvist")).run(sofia)
    backend = EwsBackend(sofia, done.secret)
    sales = "sales@contoso.com"
    content = replace(message(to="priya.natarajan@contoso.com"), sender=Recipient(sales))
    [kept] = backend.save([replace(draft(content), drafts_of=sales)], job())
    assert kept.ref is not None
    withdraw(sandbox, "access")
    [outcome] = backend.send([kept.ref], CopyTo(CopyKind.PRINCIPAL_SENT, sales), job())
    backend.close()
    assert outcome.verdict is Verdict.ACCEPTED
    [delivered] = sandbox.deliveries()
    assert (delivered["from_address"], delivered["recipient"]) == (sales, "priya.natarajan@contoso.com")
