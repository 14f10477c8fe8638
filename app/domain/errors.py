"""The tree of errors, drawn:

    MailError                      the person is shown it: what happened, was anything sent, one thing to do
    ├── AccountError               the account's bar: no row is at fault   (carries a Trouble)
    │   ├── SignInRefused          HTTP 401: the password or token is not accepted
    │   ├── Unreachable            no such host, refused, timed out, cut off, or the proxy stands in the way
    │   ├── NotGenuine             TLS could not confirm the server
    │   ├── ServiceOff             HTTP 403: EWS is turned off for this app
    │   ├── ServerTrouble          HTTP 5xx, SOAP faults, replies that cannot be read
    │   └── EngineLost             the engine process ended or went past its deadline
    ├── ItemRefused                the row: the server refused one item of a read      (carries ServerWords)
    ├── BadInput                   the field: what was typed cannot be sent as it is
    └── StorageError               this machine: the disk is full, read-only or damaged
        ├── Damaged                a database that cannot be read; it was set aside
        ├── NewerFile              a database of a newer Mailwright; it was not touched
        └── InUse                  another Mailwright on this machine has the database open

A refusal of one item in a batch is not an exception: it is an Outcome (`domain/outcome.py`). Anything that is not
a MailError is a defect of ours, and goes to the crash report.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec


class TroubleKind(StrEnum):
    """Why a request got no usable answer, one reason for each thing that the person can do."""

    SIGN_IN = "sign-in"
    UNREACHABLE = "unreachable"
    PROXY = "proxy"
    PROXY_SIGN_IN = "proxy-sign-in"
    NOT_GENUINE = "not-genuine"
    SERVICE_OFF = "service-off"
    SERVER = "server"
    ENGINE = "engine"
    DEADLINE = "deadline"
    CANCELLED = "cancelled"


class Trouble(msgspec.Struct, frozen=True):
    """One trouble of an account as plain data, so that it can cross the pipe and be stored on disk.

    `may_have_been_processed` is False only where it is certain that the request never reached the server.
    `detail` is for the eyes under Details (an exception's words, an HTTP status); it holds no secret.
    `retry_after` is in seconds, as the server gave it (Retry-After), 0 where it gave none.
    """

    kind: TroubleKind
    detail: str = ""
    may_have_been_processed: bool = True
    http_status: int = 0
    retry_after: float = 0.0
    host: str = ""


class MailError(Exception):
    """The root of all errors that the person is shown."""


class AccountError(MailError):
    """A trouble of the whole account; the rows are not at fault."""

    def __init__(self, trouble: Trouble) -> None:
        """Keep the trouble that the account's bar shows."""
        super().__init__(f"{trouble.kind}: {trouble.detail}")
        self.trouble = trouble


class SignInRefused(AccountError):
    """The server does not accept the password or token."""


class Unreachable(AccountError):
    """The server cannot be reached, or the connection was cut."""


class NotGenuine(AccountError):
    """TLS could not confirm that the server is the one it says it is. There is no way past this."""


class ServiceOff(AccountError):
    """The organisation has turned off EWS for this app."""


class ServerTrouble(AccountError):
    """The server answered with a fault, a 5xx status, or something that is not EWS."""


class EngineLost(AccountError):
    """The engine process ended, or was ended because a deadline passed."""


class ItemRefused(MailError):
    """The server refused the one item that was asked for."""

    def __init__(self, words: ServerWords) -> None:
        """Keep the server's words for the row."""
        super().__init__(f"{words.response_code}: {words.message_text}")
        self.words = words


class BadInput(MailError):
    """What was typed cannot be used as it is; the message says where and why."""


class StorageError(MailError):
    """This machine could not keep what was written: disk full, read-only, no rights."""


class Damaged(StorageError):
    """A database cannot be read. It was set aside, not overwritten."""


class NewerFile(StorageError):
    """A database was written by a newer Mailwright than this one. It was not touched."""


class InUse(StorageError):
    """Another Mailwright on this machine has the database open."""


_ERRORS: dict[TroubleKind, type[AccountError]] = {
    TroubleKind.SIGN_IN: SignInRefused,
    TroubleKind.UNREACHABLE: Unreachable,
    TroubleKind.PROXY: Unreachable,
    TroubleKind.PROXY_SIGN_IN: Unreachable,
    TroubleKind.NOT_GENUINE: NotGenuine,
    TroubleKind.SERVICE_OFF: ServiceOff,
    TroubleKind.SERVER: ServerTrouble,
    TroubleKind.ENGINE: EngineLost,
    TroubleKind.DEADLINE: EngineLost,
    TroubleKind.CANCELLED: EngineLost,
}


def error_for(trouble: Trouble) -> AccountError:
    """Return the error of the tree that `trouble` stands for."""
    return _ERRORS[trouble.kind](trouble)


class ServerWords(msgspec.Struct, frozen=True, gc=False):
    """A ResponseMessage as the server gave it ([MS-OXWSCDATA] 2.2.4.65), nothing translated and nothing dropped.

    `message_xml` is the MessageXml element serialised, empty if there was none; `back_off_ms` is the value
    named BackOffMilliseconds inside it. With the class LOCAL the words are ours: it was refused before any request.
    """

    response_class: str
    response_code: str
    message_text: str = ""
    descriptive_link_key: int | None = None
    message_xml: str = ""
    back_off_ms: int | None = None
