"""Writes docs/troubleshooting.md from what the program says of each error: `python3 -m devtools.troubleshooting`.

The page repeats the program's own sentences, so that a person who searches for one finds it, with every response code
of Exchange that leads to it.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from app.core.i18n import tr
from app.domain.errors import ServerWords, Trouble, TroubleKind
from app.domain.response_codes import CLASSES, CodeClass, is_retried, may_have_happened
from app.domain.sign_in import PROBLEMS
from app.services.text.error_text import SENTENCES, Facts, action_words, explain_trouble, sentence_for
from app.services.text.sign_in_text import WORDS

PAGE = Path(__file__).resolve().parents[1] / "docs" / "troubleshooting.md"

OPENING = """\
# Troubleshooting

Made from the program's own words by `python3 -m devtools.troubleshooting`; do not edit by hand.

Every row and every bar that tells of a trouble has **Details**: there stand the server's code and its own words, which
are never translated. Look the code up here. Where a message may have been sent, the program looks for it before
anything else is done; it never sends again by itself what may have gone.

On what starts, and what does not, see [install.md](install.md); on certificates, proxies and accounts,
[administrators.md](administrators.md). `mailwright --diagnose` tries an account step by step and prints a report that
can be sent to an administrator: [debugging.md](debugging.md#a-report-on-a-computer-and-its-accounts).
"""

TROUBLES = {
    TroubleKind.SIGN_IN: "The server did not accept the password or token. Sign in again; if it is right, ask whether"
    " the server allows the kind of sign-in that the account is set to (Basic, NTLM or OAuth). With OAuth the code"
    " under Details says more: see below.",
    TroubleKind.UNREACHABLE: "No such host, refused, or cut off. Look at the network and the VPN.",
    TroubleKind.PROXY: "The way ends at the proxy: it is not there, does not answer, or lets nobody through; the words"
    " say which. Nothing has reached the server. Look at **Proxy** in the account's form.",
    TroubleKind.PROXY_SIGN_IN: "HTTP 407: the proxy wants a user and password, or does not accept those it got. Type"
    " them in the account's form. It is not tried again by itself, so that no account of yours is locked.",
    TroubleKind.NOT_GENUINE: "TLS could not confirm the server; the words say why. There is no way past it: give the"
    " account the CA file of your organisation, or have the certificate mended.",
    TroubleKind.SERVICE_OFF: "HTTP 403: an administrator has turned off EWS for the mailbox, or for this program.",
    TroubleKind.SERVER: "HTTP 5xx, a fault, or something that is not Exchange (a captive portal, a wrong address).",
    TroubleKind.ENGINE: "The part that speaks to servers ended. It is started anew with the next request.",
    TroubleKind.DEADLINE: "The server took longer than the program waits. What may have been sent is looked for.",
    TroubleKind.CANCELLED: "It was stopped from this side.",
}

SIGN_IN_OPENING = """\
Accounts that sign in by the browser (OAuth): the code stands first under Details, or at the step of the test that
failed. Codes that begin with AADSTS are those of Microsoft Entra ID; those that begin with Local are ours. A code that
is not here is told with the words of the sign-in service. On what an administrator registers, see
[administrators.md](administrators.md#oauth-registration).
"""

DEPARTURES_OPENING = """\
The settings name with each account in which ways its server was seen to depart from Exchange's documentation, and so
does `mailwright --diagnose`. Mailwright works with such a server in the way that harms nothing
([decisions/proof.md](decisions/proof.md)). What you may see of it:
"""

DEPARTURES = (
    (
        "The draft is still there; may have been sent",
        "no answer came, and this server may leave a draft in Drafts after it was sent",
        'ask a recipient, then choose "It was sent" or "It was not sent"',
    ),
    (
        "No draft and no copy found; may have been sent",
        "no answer came, and the message is neither in Drafts nor in Sent Items",
        "ask a recipient, as above",
    ),
    (
        "Sent …, before its time",
        "the server did not wait for the time that you chose",
        "the next ones wait on this computer",
    ),
    (
        "Goes … from this computer, if Mailwright runs then",
        "the server sends at once what is to go later",
        "leave Mailwright running; else it asks you at the next start",
    ),
)

CLASS_WORDS = {
    CodeClass.PERSON: ("You can mend it", "at the message, a recipient or an attachment."),
    CodeClass.ACCOUNT: ("It is about the account", "its rights, limits or sign-in: ask those who run the server."),
    CodeClass.SERVER_NOW: ("The server cannot for now", "later it may; where it is safe, the program tries by itself."),
    CodeClass.SERVER_GOOD: ("The server cannot", "until an administrator mends it: give them the details."),
    CodeClass.DEFECT: ("Mailwright asked wrongly", "which is our mistake: please send us the details."),
    CodeClass.UNLISTED: ("Not known to Mailwright", "every other code: the server's own words are shown."),
}


def _sentences() -> dict[tuple[str, str], list[str]]:
    """Return the codes that lead to each sentence and its action, as it is said where nothing beside is known."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for code in SENTENCES:
        found[sentence_for(ServerWords("Error", code, ""), Facts())].append(code)
    return found


def _marks(code: str) -> str:
    if may_have_happened(code):
        return " (it may have been sent: it is looked for)"
    return " (tried again by itself)" if is_retried(code) else ""


def markdown() -> str:
    """Return the page."""
    lines = [OPENING, "## The account's bar", "", "| Trouble | What is said | What it means |", "|---|---|---|"]
    for kind, meaning in TROUBLES.items():
        told = explain_trouble(Trouble(kind, http_status=503 * (kind is TroubleKind.SERVER)), 0.0)
        lines.append(f"| `{kind}` | {told.sentence} | {meaning} |")
    lines += ["", *_sign_ins()]
    lines += ["", "## One message", "", "| What is said | What the row offers | Codes |", "|---|---|---|"]
    for (sentence, action), codes in _sentences().items():
        named = ", ".join(f"`{code}`{_marks(code)}" for code in codes)
        lines.append(f"| {sentence} | {action_words(action)} | {named} |")
    lines += ["", "## Every code", "", "Codes without a sentence of their own are told with the server's words.", ""]
    for group, (title, meaning) in CLASS_WORDS.items():
        codes = sorted(code for code, found in CLASSES.items() if found is group)
        lines += [f"### {title}", "", f"{meaning[0].upper()}{meaning[1:]}", ""]
        if codes:
            lines += [", ".join(f"`{code}`{_marks(code)}" for code in codes), ""]
    lines += ["## The server does otherwise than Exchange is documented", "", DEPARTURES_OPENING]
    lines += ["| what a row says | what it means | what helps |", "|---|---|---|"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in DEPARTURES), ""])


def _sign_ins() -> list[str]:
    """Return the part on signing in by the browser."""
    lines = [
        "## Signing in by the browser",
        "",
        SIGN_IN_OPENING,
        "| What is said | What is offered | Codes |",
        "|---|---|---|",
    ]
    for problem, words in WORDS.items():
        codes = ", ".join(f"`{code}`" for code, found in PROBLEMS.items() if found is problem) or "every other"
        lines.append(f"| {tr(words.sentence)} {tr(words.advice)} | {action_words(words.action)} | {codes} |")
    return lines


def main() -> None:
    """Write the page."""
    PAGE.write_text(markdown(), "utf-8")


if __name__ == "__main__":
    main()
