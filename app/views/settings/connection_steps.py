"""The steps of testing a connection in words: what is tried, what was found, and what to do where it failed."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Final, NamedTuple

from app.core.i18n import mark, tr
from app.domain.account import Account, AuthKind, BackendKind, ProbeStep, cloud_of, host_of
from app.services.text.sign_in_text import words_of

TITLES: Final = {
    "name": mark("Name of the server"),
    "connect": mark("Connection"),
    "tls": mark("Encryption (TLS)"),
    "sign-in": mark("Sign-in"),
    "ews": mark("Exchange Web Services"),
    "graph": mark("Microsoft Graph"),
    "drafts": mark("Drafts folder"),
}
"""The steps by the names that `Mailbox.probe` gives them, in its order."""

BROWSER: Final = mark("Sign-in in the browser")
"""The title of the step that comes first where no password is typed."""

PROXY: Final = mark("Proxy")
"""The title of the step that comes first where there is one."""

LAST: Final = "drafts"

NEVER_REACHED: Final = frozenset({"proxy", "name", "connect"})
"""Failures in which the server never answered: the account may be kept, since it is checked again at each use."""


class StepState(StrEnum):
    """How far a step is."""

    WAITING = "waiting"
    RUNNING = "running"
    PASSED = "passed"
    FAILED = "failed"
    PASSED_OVER = "passed-over"
    """A host that was asked and does not know; the next one may."""


class StepLine(NamedTuple):
    """One step as it is shown. `sentence` and `advice` are there where it failed, `detail` is the engine's finding.

    `cut_off` marks a failure of the test itself, not of the server.
    """

    name: str
    title: str
    state: StepState = StepState.WAITING
    sentence: str = ""
    advice: str = ""
    detail: str = ""
    cut_off: bool = False

    def spoken(self) -> str:
        """Return all of it as one text, as a screen reader says it."""
        words = {
            StepState.WAITING: tr("not tried yet"),
            StepState.RUNNING: tr("trying…"),
            StepState.PASSED: tr("works"),
            StepState.FAILED: tr("failed"),
            StepState.PASSED_OVER: tr("does not know"),
        }[self.state]
        return " ".join(part for part in (f"{self.title}: {words}.", self.sentence, self.advice, self.detail) if part)


_OF_EVERY_KIND: Final = ("name", "connect", "tls", "sign-in")


def fresh_lines(*, by_browser: bool = False, kind: BackendKind = BackendKind.EWS) -> tuple[StepLine, ...]:
    """Return all steps of a kind of account, none tried; the one that only it has bears its name."""
    first = (StepLine("browser", tr(BROWSER)),) if by_browser else ()
    names = (*_OF_EVERY_KIND, kind.value, LAST)
    return (*first, *(StepLine(name, tr(TITLES[name])) for name in names))


def running(lines: tuple[StepLine, ...]) -> tuple[StepLine, ...]:
    """Return `lines` with the first one that waits under way."""
    for index, line in enumerate(lines):
        if line.state is StepState.WAITING:
            return (*lines[:index], line._replace(state=StepState.RUNNING), *lines[index + 1 :])
    return lines


def with_step(lines: tuple[StepLine, ...], step: ProbeStep, account: Account) -> tuple[StepLine, ...]:
    """Return `lines` with what became of `step`; one of an unknown name is added at its place in time."""
    title = {"proxy": PROXY, "browser": BROWSER}.get(step.name) or TITLES.get(step.name, step.name)
    line = StepLine(step.name, tr(title), detail=step.detail)
    if step.passed:
        line = line._replace(state=StepState.PASSED)
    else:
        sentence, advice = explain(step.name, account, step.detail)
        line = line._replace(state=StepState.FAILED, sentence=sentence, advice=advice)
    index = next((n for n, known in enumerate(lines) if known.name == step.name), None)
    if index is not None:
        return (*lines[:index], line, *lines[index + 1 :])
    place = next((n for n, known in enumerate(lines) if known.state is not StepState.PASSED), len(lines))
    return (*lines[:place], line, *lines[place:])


def interrupted(lines: tuple[StepLine, ...], detail: str) -> tuple[StepLine, ...]:
    """Return `lines` with the step under way marked as one without an answer."""
    return tuple(
        line._replace(
            state=StepState.FAILED,
            sentence=tr("The test was cut off before an answer came."),
            advice=tr("Nothing was changed. Test again."),
            detail=detail,
            cut_off=True,
        )
        if line.state is StepState.RUNNING
        else line
        for line in lines
    )


def failed_line(lines: tuple[StepLine, ...]) -> StepLine | None:
    """Return the step that failed."""
    return next((line for line in lines if line.state is StepState.FAILED), None)


def explain(name: str, account: Account, detail: str = "") -> tuple[str, str]:
    """Return what happened at the step `name`, and the one thing to do; `detail` is what was found."""
    said = words_of(detail)
    if said is not None:
        return said.sentence, said.advice
    words = _WORDS.get(name)
    return words(account) if words else (tr("This step failed."), tr("The server's words are beside it."))


def _name(account: Account) -> tuple[str, str]:
    host, _ = host_of(account.endpoint)
    return (
        tr("No server called {host} was found.", host=host),
        tr("Check the spelling and your network; your administrator knows the name."),
    )


def _proxy(_account: Account) -> tuple[str, str]:
    return (
        tr("There is no way through the proxy. Nothing has reached the server."),
        tr("Look at Proxy in this form; your administrator knows what belongs there."),
    )


def _connect(account: Account) -> tuple[str, str]:
    host, port = host_of(account.endpoint)
    return (
        tr("{host} does not answer at port {port}.", host=host, port=port),
        tr("Check your network, and whether this server needs a VPN or another port."),
    )


def _tls(account: Account) -> tuple[str, str]:
    host, _ = host_of(account.endpoint)
    if account.ca_file:
        advice = tr("The CA file does not vouch for this server. Ask your administrator for the right one.")
    else:
        advice = tr("If your organisation has an authority (CA) of its own, name its file under CA file.")
    return tr("Could not confirm that {host} is genuine. Your password was not sent.", host=host), advice


def _sign_in(account: Account) -> tuple[str, str]:
    other = tr("NTLM") if account.auth is AuthKind.BASIC else tr("Basic over TLS")
    if account.auth is AuthKind.OAUTH:
        return (
            tr("The server does not accept this sign-in."),
            tr("Ask your administrator whether this server takes OAuth; some want a password."),
        )
    return (
        tr("The server does not accept this user and password."),
        tr("Type them again. Some servers want the user as DOMAIN\\user, or sign-in by {other}.", other=other),
    )


def _ews(account: Account) -> tuple[str, str]:
    host, _ = host_of(account.endpoint)
    if cloud_of(account.endpoint) is not None:
        return (
            tr("Exchange Online no longer lets this program use EWS in your organisation."),
            tr("Choose Microsoft 365 (Microsoft Graph) as the kind of account; its messages stay."),
        )
    return (
        tr("{host} did not answer as an Exchange server does.", host=host),
        tr("Check what follows the name of the server, or ask whether EWS is turned off for this program."),
    )


def _graph(account: Account) -> tuple[str, str]:
    return (
        tr("{host} answered, but not as Microsoft Graph does.", host=host_of(account.endpoint)[0]),
        tr("Ask your administrator whether this app may use Microsoft Graph."),
    )


def _drafts(account: Account) -> tuple[str, str]:
    return (
        tr("The Drafts folder of {address} could not be opened.", address=account.address),
        tr("Check the e-mail address: this user may have no mailbox of that name."),
    )


def _browser(_account: Account) -> tuple[str, str]:
    return (
        tr("The sign-in service could not be used."),
        tr("Check Organisation and Client id, and your network."),
    )


_WORDS: Final[dict[str, Callable[[Account], tuple[str, str]]]] = {
    "browser": _browser,
    "proxy": _proxy,
    "name": _name,
    "connect": _connect,
    "tls": _tls,
    "sign-in": _sign_in,
    "ews": _ews,
    "graph": _graph,
    "drafts": _drafts,
}
