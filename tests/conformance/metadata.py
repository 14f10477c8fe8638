"""Holds what goes over the wire as Graph against the service's published metadata, which is not part of this project.

The part about mail, mail.csdl.xml, is looked for in the folder that MAILWRIGHT_GRAPH_METADATA names, else in
../shared/graph-metadata beside the project. Where it is absent, tests that need it skip with a reason, and helpers that
check along the way check nothing.
"""

import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

_EDM = "{http://docs.oasis-open.org/odata/ns/edm}"
_PREFIXES = ("graph.", "microsoft.graph.")


def file() -> Path | None:
    """Return the file of the metadata, or None where there is none on this machine."""
    named = os.environ.get("MAILWRIGHT_GRAPH_METADATA")
    folder = Path(named) if named else Path(__file__).resolve().parents[3] / "shared" / "graph-metadata"
    found = folder / "mail.csdl.xml"
    return found if found.is_file() else None


class Metadata:
    """The types: the properties of each with those of its base type, and the members of enumerations."""

    def __init__(self, path: Path) -> None:
        schema = etree.parse(str(path)).getroot()
        self._types = {str(one.get("Name")): one for kind in ("EntityType", "ComplexType")
                       for one in schema.iter(f"{_EDM}{kind}")}  # fmt: skip
        self._enums = {
            str(one.get("Name")): {str(member.get("Name")) for member in one.iter(f"{_EDM}Member")}
            for one in schema.iter(f"{_EDM}EnumType")
        }

    def properties(self, kind: str) -> dict[str, str]:
        """Return the properties of a type and of what it is based on, name to type."""
        found: dict[str, str] = {}
        element = self._types.get(kind)
        while element is not None:
            for one in element:
                if one.tag in {f"{_EDM}Property", f"{_EDM}NavigationProperty"}:
                    found[str(one.get("Name"))] = str(one.get("Type"))
            element = self._types.get(_bare(str(element.get("BaseType", ""))))
        return found

    def complaints(self, value: Any, kind: str, where: str = "") -> list[str]:
        """Return what the metadata has against a value of a type; nothing about a type that is not in this part."""
        if kind.startswith("Collection("):
            inner = kind.removeprefix("Collection(").removesuffix(")")
            if not isinstance(value, list):
                return [f"{where}: no list"]
            return [
                one for place, part in enumerate(value) for one in self.complaints(part, inner, f"{where}[{place}]")
            ]
        bare = _bare(kind)
        if bare in self._enums:
            known = value is None or (isinstance(value, str) and set(value.split(",")) <= self._enums[bare])
            return [] if known else [f"{where}: {value!r} is no {bare}"]
        if isinstance(value, dict):
            named = _bare(str(value.get("@odata.type", "")).removeprefix("#")) or bare
            return self._of_object(value, named, where) if named in self._types else []
        fits = {"Edm.Boolean": bool, "Edm.String": str, "Edm.Int32": int, "Edm.Binary": str, "Edm.DateTimeOffset": str}
        wanted = fits.get(kind)
        return (
            [] if value is None or wanted is None or isinstance(value, wanted) else [f"{where}: {value!r} is no {kind}"]
        )

    def _of_object(self, value: dict[str, Any], kind: str, where: str) -> list[str]:
        known = self.properties(kind)
        found = []
        for name, one in value.items():
            if "@odata." in name or name == "@removed":
                continue
            if name not in known:
                found.append(f"{where}: {kind} has no {name}")
            else:
                found += self.complaints(one, known[name], f"{where}/{name}")
        return found

    def kind_of(self, context: str) -> str:
        """Return the type that an @odata.context names, "" for one that is not known here."""
        tail = context.partition("$metadata#")[2]
        for part, kind in (
            ("attachments", "attachment"), ("messages", "message"), ("childFolders", "mailFolder"),
            ("mailFolders", "mailFolder"), ("contacts", "contact"), ("people", "person"),
            ("mailboxSettings", "mailboxSettings"), ("masterCategories", "outlookCategory"), ("mailTips", "mailTips"),
            ("convertIdResult", "convertIdResult"), ("uploadSession", "uploadSession"),
        ):  # fmt: skip
            if part in tail:
                return kind
        return ""


def _bare(kind: str) -> str:
    for prefix in _PREFIXES:
        kind = kind.removeprefix(prefix)
    return kind


@cache
def load() -> Metadata | None:
    """Return the metadata, or None where it is absent."""
    found = file()
    return None if found is None else Metadata(found)


def require() -> Metadata:
    """Return the metadata, or skip the test that asks."""
    found = load()
    if found is None:
        pytest.skip("Graph's metadata is absent: set MAILWRIGHT_GRAPH_METADATA to the folder of mail.csdl.xml")
    return found


def complaints(reply: dict[str, Any]) -> list[str]:
    """Return what the metadata has against a reply, by the type that its context names. Empty where it is absent."""
    known = load()
    kind = known.kind_of(str(reply.get("@odata.context", ""))) if known is not None else ""
    if known is None or not kind:
        return []
    if "value" in reply and isinstance(reply["value"], list) and "id" not in reply:
        return known.complaints(reply["value"], f"Collection({kind})")
    return known.complaints({name: one for name, one in reply.items() if name != "@odata.type"} | _typed(reply), kind)


def _typed(reply: dict[str, Any]) -> dict[str, Any]:
    return {"@odata.type": reply["@odata.type"]} if "@odata.type" in reply else {}
