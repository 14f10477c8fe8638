"""The tables of versions name what there is, and say the same wherever they are asked."""

import pytest

from app.sandbox import versions
from app.sandbox.fields.table import FIELDS
from app.sandbox.grammar import read_content
from app.sandbox.operations import OPERATIONS
from app.sandbox.request_types import GRAMMAR, MACROS, TYPES
from app.sandbox.simple_types import SIMPLE
from app.sandbox.zones import NAMES, changes_of, shown_name


def children_by_parent() -> dict[str, set[str]]:
    contents = {kind: GRAMMAR.content_of(kind) for kind in TYPES}
    contents |= {name: read_content(operation.grammar, MACROS) for name, operation in OPERATIONS.items()}
    return {
        parent: {name for particle in content.particles for name in particle.names} | set(content.attributes)
        for parent, content in contents.items()
    }


def test_every_operation_with_an_age_is_served() -> None:
    named = {name for names in versions._OPERATIONS.values() for name in names.split()}
    assert named <= set(OPERATIONS)


def test_every_element_and_attribute_with_an_age_is_in_the_grammar() -> None:
    known = children_by_parent()
    everything = set().union(*known.values())
    for table in (versions._ELEMENTS, versions._ATTRIBUTES):
        for name in (one for names in table.values() for one in names.split()):
            parent, mark, child = name.replace("@", "/").partition("/")
            assert (child in known[parent]) if mark else (parent in everything), name


@pytest.mark.parametrize("name", ["inbox", "recoverableitemsroot", "archiveinbox", "archive"])
def test_a_folder_may_be_named_in_every_version(name: str) -> None:
    assert SIMPLE["FolderKind"](name) is None
    assert versions.attribute_since("DistinguishedFolderId", "Id", name) == 1


def test_fields_are_as_old_as_their_elements() -> None:
    for uri in FIELDS:
        name = uri.partition(":")[2]
        if uri not in {"item:ReminderNextTime", "item:DisplayBcc"}:
            assert versions.attribute_since("FieldURI", "FieldURI", uri) == versions.element_since(name)


def test_versions_are_numbered_in_their_order() -> None:
    assert list(versions.NUMBERS.values()) == sorted(versions.NUMBERS.values())
    assert max(versions.NUMBERS.values()) == versions.LATEST


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_zone_changes_its_clock_twice_a_year_or_never(name: str) -> None:
    assert len(changes_of(NAMES[name][0], 2026)) in {0, 2}
    assert shown_name(name, 2026).startswith("(UTC")
