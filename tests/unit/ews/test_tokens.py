"""The chain of refresh tokens: when it asks the authority, when it does not, and who hears of the next link."""

from __future__ import annotations

import threading
import time

import pytest
from msgspec.structs import replace

from app.backends.oauth import tokens
from app.backends.oauth.client import Client, TokenResponse, authority_of
from app.backends.oauth.tokens import EARLY, TokenChain, scope_of, tokens_for
from app.backends.port import Job, Stopped
from app.domain.account import Account, AuthKind
from app.domain.errors import AccountError, SignInRefused, Trouble, TroubleKind, Unreachable
from app.domain.message import AccountId

ACCOUNT = Account(
    AccountId("a"),
    "a@contoso.com",
    "https://mail.contoso.com/EWS/Exchange.asmx",
    "a",
    auth=AuthKind.OAUTH,
    client_id="c",
)
SCOPE = "https://mail.contoso.com/EWS.AccessAsUser.All"


class Authority(Client):
    """Gives out numbered tokens, or raises what it is told to."""

    def __init__(self, seconds: float = 3600.0) -> None:
        self.seconds, self.asked = seconds, []
        self.error: AccountError | None = None
        self.holds = threading.Event()
        self.holds.set()

    asked: list[str]

    def refresh(self, refresh_token: str, scope: str, job: Job, claims: str = "") -> TokenResponse:
        self.asked.append(refresh_token)
        while not self.holds.wait(0.01):
            job.go_on()
        if self.error is not None:
            raise self.error
        number = len(self.asked)
        return TokenResponse(f"access-{number}", f"refresh-{number}", self.seconds)


def refusal(kind: TroubleKind) -> AccountError:
    trouble = Trouble(kind, "invalid_grant: over", may_have_been_processed=False)
    return SignInRefused(trouble) if kind is TroubleKind.SIGN_IN else Unreachable(trouble)


@pytest.fixture
def authority() -> Authority:
    return Authority()


@pytest.fixture
def chain(authority: Authority) -> TokenChain:
    tokens._chains.clear()
    return TokenChain(ACCOUNT, "refresh-0", lambda _: authority)


def test_a_good_token_is_used_until_five_minutes_before_its_end(
    chain: TokenChain, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.monotonic()
    assert [chain.access(SCOPE, Job(5)) for _ in range(3)] == ["access-1"] * 3
    monkeypatch.setattr(time, "monotonic", lambda: now + 3600 - EARLY - 5)
    assert chain.access(SCOPE, Job(5)) == "access-1"
    monkeypatch.setattr(time, "monotonic", lambda: now + 3600 - EARLY + 5)
    assert chain.access(SCOPE, Job(5)) == "access-2"
    assert authority.asked == ["refresh-0", "refresh-1"]


@pytest.mark.parametrize("by", [86_400.0, -86_400.0])
def test_a_clock_that_is_set_costs_one_renewal_at_most(
    chain: TokenChain, authority: Authority, monkeypatch: pytest.MonkeyPatch, by: float
) -> None:
    chain.access(SCOPE, Job(5))
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + by)
    for _ in range(3):
        chain.access(SCOPE, Job(5))
    assert len(authority.asked) == (2 if by > 0 else 1)


def test_a_computer_that_slept_renews_though_its_own_count_stood_still(
    chain: TokenChain, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    chain.access(SCOPE, Job(5))
    later = time.time() + 7200
    monkeypatch.setattr(time, "time", lambda: later)
    assert chain.access(SCOPE, Job(5)) == "access-2"


def test_a_refusal_is_not_asked_for_again_at_once_but_later(
    chain: TokenChain, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority.error = refusal(TroubleKind.SIGN_IN)
    for _ in range(4):
        with pytest.raises(SignInRefused):
            chain.access(SCOPE, Job(5))
    assert len(authority.asked) == 1
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 31)
    authority.error = None
    assert chain.access(SCOPE, Job(5)) == "access-2", "what an administrator has mended meanwhile counts"


def test_an_authority_that_is_away_is_asked_again_each_time_while_there_is_no_token(
    chain: TokenChain, authority: Authority
) -> None:
    authority.error = refusal(TroubleKind.UNREACHABLE)
    for _ in range(3):
        with pytest.raises(Unreachable):
            chain.access(SCOPE, Job(5))
    assert len(authority.asked) == 3


def test_who_waits_for_another_threads_renewal_can_be_stopped(chain: TokenChain, authority: Authority) -> None:
    authority.holds.clear()
    first = threading.Thread(target=chain.access, args=(SCOPE, Job(5)))
    first.start()
    waiting = Job(5)
    threading.Timer(0.2, waiting.stop, (TroubleKind.CANCELLED,)).start()
    with pytest.raises(Stopped):
        chain.access(SCOPE, waiting)
    authority.holds.set()
    first.join(5)
    assert len(authority.asked) == 1


def test_each_new_link_is_told_to_who_listens_and_to_nobody_who_stopped(
    chain: TokenChain, authority: Authority
) -> None:
    told: list[tuple[str, str]] = []

    def hear(before: str, after: str) -> None:
        told.append((before, after))

    chain.listen("refresh-0", hear)
    chain.access(SCOPE, Job(5))
    chain.instead_of("access-1", SCOPE, Job(5))
    chain.stop_listening(hear)
    chain.instead_of("access-2", SCOPE, Job(5))
    assert told == [("refresh-0", "refresh-1"), ("refresh-1", "refresh-2")]


def test_a_token_for_one_server_is_not_one_for_another(chain: TokenChain, authority: Authority) -> None:
    assert chain.access(SCOPE, Job(5)) != chain.access("https://other.contoso.com/EWS.AccessAsUser.All", Job(5))


def test_a_chain_is_known_by_each_of_its_links_and_by_no_other_registration() -> None:
    tokens._chains.clear()
    first = tokens_for(ACCOUNT, "one")
    first.take_sign_in(TokenResponse("access", "two", 60.0), SCOPE)
    assert tokens_for(ACCOUNT, "one") is first
    assert tokens_for(ACCOUNT, "two") is first
    assert tokens_for(replace(ACCOUNT, client_id="other"), "two") is not first
    assert tokens_for(replace(ACCOUNT, proxy="none"), "two") is first
    assert first.account.proxy == "none", "and asks by the way that the account goes now"
    for number in range(100):
        tokens_for(ACCOUNT, f"another {number}")
    assert len(tokens._chains) <= 32
    assert "one" not in repr(first)
    assert "access" not in repr(TokenResponse("access", "refresh", 1.0))


def test_what_is_asked_for_follows_the_server_and_the_organisation() -> None:
    assert (
        scope_of("https://outlook.office365.com/EWS/Exchange.asmx")
        == "https://outlook.office365.com/EWS.AccessAsUser.All"
    )
    assert scope_of("https://localhost:40123/EWS/Exchange.asmx") == "https://localhost:40123/EWS.AccessAsUser.All"
    assert scope_of("https://mail.contoso.com:443/EWS/Exchange.asmx") == SCOPE
    assert authority_of("") == "https://login.microsoftonline.com/organizations"
    assert authority_of("contoso.com") == "https://login.microsoftonline.com/contoso.com"
    assert (
        authority_of("contoso.com", "https://graph.microsoft.us/v1.0") == "https://login.microsoftonline.us/contoso.com"
    )
    assert authority_of("contoso.com", "https://mail.contoso.com/EWS/Exchange.asmx").startswith(
        "https://login.microsoftonline.com/"
    )
    assert authority_of("https://login.contoso.com/x/") == "https://login.contoso.com/x"


def test_microsofts_own_authority_is_asked_as_msal_wants_it_without_a_look_elsewhere() -> None:
    """The addresses alone: what would be asked of Microsoft is caught before it leaves."""
    asked: list[str] = []

    class Caught(Exception):
        pass

    class Nowhere:
        job = Job(0)

        def get(self, url: str, **_: object) -> object:
            asked.append(url)
            raise Caught

        def post(self, url: str, **_: object) -> object:
            raise Caught

        def close(self) -> None:
            return

    for tenant in ("contoso.com", "https://login.microsoftonline.us/contoso.com", "https://login.contoso.com/x"):
        client = Client(replace(ACCOUNT, tenant=tenant))
        client._http = Nowhere()  # type: ignore[assignment] # in its place
        with pytest.raises(Caught):
            client.refresh("refresh", SCOPE, Job(5))
    assert asked == [
        "https://login.microsoftonline.com/contoso.com/v2.0/.well-known/openid-configuration",
        "https://login.microsoftonline.us/contoso.com/v2.0/.well-known/openid-configuration",
        "https://login.contoso.com/x/.well-known/openid-configuration",
    ]
