"""What can be wrong with a request, in Exchange's own codes and words.

The codes are those of ResponseCodeType in messages.xsd; the words are what Exchange answers with them, in English or,
where the MailboxCulture header asks for it, in French.
"""

from collections.abc import Mapping
from typing import Final

from app.sandbox.error_words import ENGLISH, FRENCH

SUCCESS: Final = "NoError"


def words_of(code: str, culture: str = "en-US") -> str:
    """Return what the server says with a response code, in the caller's language where there are words for it."""
    if culture.lower().startswith("fr") and code in FRENCH:
        return FRENCH[code]
    return ENGLISH.get(code, code)


class EwsError(Exception):
    """One item's, folder's or attachment's refusal: becomes a response message with ResponseClass="Error".

    `values` becomes MessageXml (name to value), for the codes that carry details, such as BackOffMilliseconds.
    """

    def __init__(self, code: str, text: str | None = None, *, values: Mapping[str, str] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.text = text
        self.values = dict(values or {})
        self.paths: tuple[Mapping[str, str], ...] = ()

    def words(self, culture: str = "en-US") -> str:
        """Return the message text: given words win over the code's own."""
        return self.text if self.text is not None else words_of(self.code, culture)

    def about(self, path: Mapping[str, str]) -> "EwsError":
        """Name the property that the refusal is about; it is named in MessageXml, as Exchange does."""
        self.paths = (*self.paths, path)
        return self


class RequestFault(EwsError):
    """A refusal of the whole request: becomes a SOAP fault, HTTP status 500."""


class SchemaViolation(RequestFault):
    """A request that is not what its operation accepts.

    `line` and `position` are those of the offending element in the request, both counted from 1.
    """

    def __init__(self, violation: str, line: int = 0, position: int = 0) -> None:
        super().__init__("ErrorSchemaValidation")
        self.violation = violation
        self.line = line
        self.position = position
