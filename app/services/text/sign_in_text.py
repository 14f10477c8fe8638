"""What a person reads when a sign-in with OAuth failed: what happened, and the one thing that helps."""

from __future__ import annotations

from typing import Final, NamedTuple
from urllib.parse import quote

from app.core.i18n import mark, tr
from app.domain.account import CLOUDS, Account, cloud_of
from app.domain.sign_in import SignInProblem, is_known, problem_of


class SignInWords(NamedTuple):
    """A sentence, what to do, and the id of the action."""

    sentence: str
    advice: str
    action: str = "sign-in"


WORDS: Final = {
    SignInProblem.AGAIN: SignInWords(mark("Your sign-in has ended."), mark("Sign in again."), "sign-in"),
    SignInProblem.DECLINED: SignInWords(
        mark("The sign-in was declined, or Mailwright was not allowed to use your mailbox."),
        mark("Sign in again and accept."),
    ),
    SignInProblem.TOO_LATE: SignInWords(
        mark("Nobody signed in within the time there was."),
        mark("Sign in again, and leave the page open until it says so."),
    ),
    SignInProblem.NEEDS_ADMIN: SignInWords(
        mark("Your organisation has to allow Mailwright first."),
        mark("Copy the details, a request with a link, and send it to your administrator. Then sign in again."),
        "copy-details",
    ),
    SignInProblem.NOT_ALLOWED: SignInWords(
        mark("Your account may not sign in: it is locked, turned off, or not among those who may use Mailwright."),
        mark("Give the details to your administrator."),
        "copy-details",
    ),
    SignInProblem.BLOCKED: SignInWords(
        mark("Your organisation does not allow this sign-in from this computer or network."),
        mark("Give the details to your administrator."),
        "copy-details",
    ),
    SignInProblem.WRONG_PERSON: SignInWords(
        mark("Somebody else signed in than the person whose mailbox this is."),
        mark("Sign in again with the account of this mailbox; your browser may have offered another."),
    ),
    SignInProblem.UNKNOWN_APP: SignInWords(
        mark("Mailwright is not registered under this client id."),
        mark("Check the client id, which your administrator has."),
        "settings",
    ),
    SignInProblem.UNKNOWN_TENANT: SignInWords(
        mark("There is no organisation of this name to sign in at, or Mailwright is registered for one alone."),
        mark("Check the organisation in the account’s settings."),
        "settings",
    ),
    SignInProblem.REGISTRATION: SignInWords(
        mark("Mailwright is not registered as it has to be."),
        mark("Give the details to your administrator: a public client, redirect http://localhost, offline_access."),
        "copy-details",
    ),
    SignInProblem.UNKNOWN_SERVER: SignInWords(
        mark("The sign-in does not count for this mail server."),
        mark("Check the server’s address; your administrator knows what Mailwright may use."),
        "copy-details",
    ),
    SignInProblem.LATER: SignInWords(mark("The sign-in service is busy."), mark("Try again shortly."), "try-now"),
    SignInProblem.CLOCK: SignInWords(
        mark("The sign-in was not valid at this time."),
        mark("Check the date and time of this computer, then sign in again."),
    ),
    SignInProblem.UNCLEAR: SignInWords(
        mark("The sign-in service refused."),
        mark("Sign in again; if it stays so, give the details to your administrator."),
    ),
}


def needs_admin(detail: str) -> bool:
    """Return whether a trouble's detail says that an administrator has to consent first."""
    code = detail.partition(":")[0]
    return bool(code) and is_known(code) and problem_of(code) is SignInProblem.NEEDS_ADMIN


def consent_link(account: Account) -> str:
    """Return where an administrator lets everybody of the organisation use this program.

    Without a named organisation it is that of the address, whose domain Microsoft knows it by.
    """
    organisation = account.tenant or account.address.rpartition("@")[2]
    if "://" in organisation:
        base = organisation.removesuffix("/").removesuffix("/v2.0")
    else:
        cloud = cloud_of(account.endpoint) or CLOUDS[0]
        base = f"https://{cloud.login}/{quote(organisation)}"
    return f"{base}/adminconsent?client_id={quote(account.client_id)}"


def admin_request(account: Account, detail: str) -> str:
    """Return a text that a person can send to their administrator, with the link to consent by."""
    return tr(
        "Hello,\n\nI would like to use Mailwright, a mail program, with {address}. Our organisation has to allow it"
        " first. Please open this link as an administrator; it shows what Mailwright asks for:\n\n{link}\n\n"
        "Application (client) ID: {client_id}\nWhat the sign-in said: {detail}\n\nThank you",
        address=account.address,
        link=consent_link(account),
        client_id=account.client_id,
        detail=detail,
    )


def words_of(detail: str) -> SignInWords | None:
    """Return what is said of a trouble's detail ("code: words"), in the person's language; None for any other."""
    code, colon, _ = detail.partition(":")
    if not (code and " " not in code and is_known(code)) or not (colon or code == detail):
        return None
    found = WORDS[problem_of(code)]
    return SignInWords(tr(found.sentence), tr(found.advice), found.action)
