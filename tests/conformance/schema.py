"""Holds requests and replies against Exchange's own schema, which is not part of this project.

The schema is looked for in the folder that MAILWRIGHT_EWS_SCHEMA names, else in ../shared/ews-schema beside the
project. Where it is absent, tests that need it skip with a reason, and helpers that check along the way check nothing.
"""

import os
from functools import cache
from pathlib import Path

import pytest
from lxml import etree

_SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
_KNOWN_HEADERS = frozenset(
    {
        "RequestServerVersion",
        "MailboxCulture",
        "ExchangeImpersonation",
        "TimeZoneContext",
        "ServerVersionInfo",
    }
)


def folder() -> Path | None:
    """Return the folder of the schema, or None where there is none on this machine."""
    named = os.environ.get("MAILWRIGHT_EWS_SCHEMA")
    found = Path(named) if named else Path(__file__).resolve().parents[3] / "shared" / "ews-schema"
    return found if (found / "messages.xsd").is_file() else None


@cache
def load() -> etree.XMLSchema | None:
    """Return the schema, or None where it is absent. It is parsed once in a run."""
    found = folder()
    return None if found is None else etree.XMLSchema(etree.parse(str(found / "messages.xsd")))


def require() -> etree.XMLSchema:
    """Return the schema, or skip the test that asks."""
    schema = load()
    if schema is None:
        pytest.skip("Exchange's schema is absent: set MAILWRIGHT_EWS_SCHEMA to the folder of messages.xsd")
    return schema


def complaints(envelope: etree._Element) -> list[str]:
    """Return what the schema has against a SOAP envelope: its headers that EWS knows, and what is in its Body.

    A SOAP fault is not of Exchange's schema and is let through. Empty where the schema is absent.
    """
    schema = load()
    if schema is None:
        return []
    parts = [one for one in envelope.iterfind(f"{_SOAP}Header/*") if etree.QName(one).localname in _KNOWN_HEADERS]
    parts += [one for one in envelope.iterfind(f"{_SOAP}Body/*") if one.tag != f"{_SOAP}Fault"]
    found: list[str] = []
    for part in parts:
        # Taken out of the envelope, so that the schema sees a document of its own.
        alone = etree.fromstring(etree.tostring(part), etree.XMLParser(huge_tree=True))
        if not schema.validate(alone):
            found.append(f"{etree.QName(part).localname}: {schema.error_log}")
    return found
