"""Every response code of the schema has its class, and no code from the midst of a send is ever sent again."""

from __future__ import annotations

import pytest
from lxml import etree

from app.domain import response_codes
from app.domain.response_codes import CLASSES, CodeClass, class_of, is_retried, may_have_happened
from tests.conformance.schema import folder

_XS = "{http://www.w3.org/2001/XMLSchema}"


def _codes_of_the_schema() -> set[str]:
    found = folder()
    if found is None:
        pytest.skip("Exchange's schema is absent: set MAILWRIGHT_EWS_SCHEMA to the folder of messages.xsd")
    tree = etree.parse(str(found / "messages.xsd"))
    kind = next(one for one in tree.iter(f"{_XS}simpleType") if one.get("name") == "ResponseCodeType")
    return {str(value.get("value")) for value in kind.iter(f"{_XS}enumeration")}


def test_every_code_of_the_schema_has_a_class_and_no_other_code_has() -> None:
    codes = _codes_of_the_schema()
    assert len(codes) > 500
    assert set(CLASSES) == codes - {"NoError"}


def test_no_code_is_named_twice() -> None:
    from app.domain.response_codes import _NAMES

    names = [name for names in _NAMES.values() for name in names.split()]
    assert len(names) == len(set(names)) == len(CLASSES)


def test_every_class_but_that_of_strangers_has_codes() -> None:
    assert set(CLASSES.values()) == set(CodeClass) - {CodeClass.UNLISTED}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("ErrorSendAsDenied", CodeClass.PERSON),
        ("ErrorInvalidRecipients", CodeClass.PERSON),
        ("ErrorIrresolvableConflict", CodeClass.PERSON),
        ("ErrorMessageSizeExceeded", CodeClass.PERSON),
        ("ErrorQuotaExceeded", CodeClass.ACCOUNT),
        ("ErrorAccessDenied", CodeClass.ACCOUNT),
        ("ErrorSubmissionQuotaExceeded", CodeClass.ACCOUNT),
        ("ErrorServerBusy", CodeClass.SERVER_NOW),
        ("ErrorMailboxStoreUnavailable", CodeClass.SERVER_NOW),
        ("ErrorInvalidServerVersion", CodeClass.SERVER_GOOD),
        ("ErrorSchemaValidation", CodeClass.DEFECT),
        ("ErrorCalendarInvalidTimeZone", CodeClass.DEFECT),
        ("ErrorOfATomorrow", CodeClass.UNLISTED),
        ("", CodeClass.UNLISTED),
    ],
)
def test_a_code_is_classed_by_who_can_do_something(code: str, expected: CodeClass) -> None:
    assert class_of(code) is expected


def test_what_is_retried_passes_by_itself_and_cannot_have_been_sent() -> None:
    retried = {code for code in CLASSES if is_retried(code)}
    untold = {code for code in CLASSES if may_have_happened(code)}
    assert {"ErrorServerBusy", "ErrorMailboxStoreUnavailable", "ErrorMailboxMoveInProgress"} <= retried
    assert {"ErrorTimeoutExpired", "ErrorInternalServerError", "ErrorMoveCopyFailed"} <= untold
    assert not retried & untold
    assert {class_of(code) for code in retried} == {CodeClass.SERVER_NOW}


def test_a_code_that_nobody_knows_is_neither_retried_nor_taken_for_sent() -> None:
    assert not is_retried("ErrorOfATomorrow")
    assert not may_have_happened("ErrorOfATomorrow")


def test_every_code_that_is_retried_or_untold_is_one_of_the_schema() -> None:
    from app.domain.response_codes import _MAY_HAVE_HAPPENED, _RETRIED

    assert set(CLASSES) >= _RETRIED | _MAY_HAVE_HAPPENED


UNLISTED = {
    *("ErrorAttachmentNotFound", "ErrorMailboxMessageSizeLimitExceeded", "ErrorNotImplemented", "ErrorNotSupported"),
    *("ErrorSiteMailboxUnavailable", "ErrorUnsupportedOperation", "Client"),
}
"""Said by servers though the schema does not list them; "Client" is SOAP's."""


def named_sets() -> dict[str, frozenset[str]]:
    return {name: value for name, value in vars(response_codes).items() if isinstance(value, frozenset)}


def test_each_named_code_is_one_of_the_schema_or_known_to_be_said_beside_it() -> None:
    named = frozenset().union(*named_sets().values())
    assert named - set(CLASSES) == UNLISTED


def test_what_means_one_thing_has_one_name() -> None:
    found = named_sets()
    assert len(found) > 15
    assert len(set(found.values())) == len(found)


def test_an_item_that_is_gone_is_another_matter_than_a_key_that_is_old() -> None:
    assert not response_codes.ITEM_GONE & response_codes.KEY_REFUSED
    assert response_codes.ITEM_NOT_FOUND in response_codes.ITEM_GONE
    assert response_codes.CONFLICT in response_codes.CHANGED_ELSEWHERE


def test_no_code_for_an_item_of_its_own_is_sent_again_by_itself() -> None:
    for_the_person = response_codes.ITEM_GONE | response_codes.KEY_REFUSED | response_codes.MESSAGE_TOO_LARGE
    assert not any(is_retried(code) or may_have_happened(code) for code in for_the_person)
