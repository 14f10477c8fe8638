"""Sign-ins without an authority: the part of the fake mailbox behind the port `SignIns`.

    mailbox.sign_ins.page = SignInPage("https://…", "CODE")    what the person is shown
    mailbox.sign_ins.answers.append(SignedIn("refresh", "anna@contoso.com"))    or an AccountError, for the next
    mailbox.sign_ins.hosts, .discovery = [ProbeStep(…)], Discovery("https://…")    what looking for a server finds
    mailbox.sign_ins.change("anna", "the next secret")          the authority gave another

A sign-in without an answer waits until it is cancelled; `asked` says for whom, and how, they were begun.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from app.domain.account import Account, Discovery, ProbeStep
from app.domain.errors import AccountError
from app.domain.message import AccountId
from app.domain.release import Release
from app.domain.sign_in import SignedIn, SignInPage, SignInWay


@dataclass
class SignInsAsked:
    """What was asked of the fake, and what it is to answer."""

    page: SignInPage = field(default_factory=lambda: SignInPage("https://login.contoso.com/authorize", seconds=300.0))
    code_page: SignInPage = field(
        default_factory=lambda: SignInPage("https://login.contoso.com/device", "BCDF-GHJK", 900.0)
    )
    answers: deque[SignedIn | AccountError] = field(default_factory=deque)
    asked: list[tuple[Account, SignInWay]] = field(default_factory=list)
    cancelled: int = 0
    tell: Callable[[AccountId, str], None] = lambda *_: None
    hosts: list[ProbeStep] = field(default_factory=list)
    discovery: Discovery | AccountError = field(default_factory=Discovery)
    sought: list[tuple[Account, str]] = field(default_factory=list)
    release: Release | AccountError | None = None
    releases_asked: list[tuple[str, str]] = field(default_factory=list)

    def change(self, account_id: str, secret: str) -> None:
        """Tell of the next secret of an account."""
        self.tell(AccountId(account_id), secret)


class FakeSignIns:
    """The methods; `sign_ins` is what a test sets and reads."""

    sign_ins: SignInsAsked

    async def sign_in(
        self, account: Account, way: SignInWay, on_page: Callable[[SignInPage], None], proxy_secret: str = ""
    ) -> SignedIn:
        """Show the page, and give the next answer."""
        self.sign_ins.asked.append((account, way))
        await asyncio.sleep(0)
        on_page(self.sign_ins.page if way is SignInWay.BROWSER else self.sign_ins.code_page)
        try:
            while not self.sign_ins.answers:  # noqa: ASYNC110 - a test puts the answer there at any time
                await asyncio.sleep(0.001)
        except asyncio.CancelledError:
            self.sign_ins.cancelled += 1
            raise
        answer = self.sign_ins.answers.popleft()
        if isinstance(answer, AccountError):
            raise answer
        return answer

    async def discover(
        self, account: Account, secret: str, on_step: Callable[[ProbeStep], None], proxy_secret: str = ""
    ) -> Discovery:
        """Tell of `hosts`, and answer with `discovery`."""
        self.sign_ins.sought.append((account, secret))
        for step in self.sign_ins.hosts:
            await asyncio.sleep(0)
            on_step(step)
        if isinstance(self.sign_ins.discovery, AccountError):
            raise self.sign_ins.discovery
        return self.sign_ins.discovery

    async def find_release(self, account: Account, address: str, proxy_secret: str = "") -> Release | None:
        """Answer with `release`."""
        self.sign_ins.releases_asked.append((account.address, address))
        if isinstance(self.sign_ins.release, AccountError):
            raise self.sign_ins.release
        return self.sign_ins.release

    def on_secret_changed(self, tell: Callable[[AccountId, str], None]) -> None:
        """Keep whom to tell."""
        self.sign_ins.tell = tell
