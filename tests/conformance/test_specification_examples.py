"""The examples of the documentation of SendItem, success and error, answered to the message.

A reply is held against the example's as canonical XML. Three things of the examples are not the server's to repeat:
the numbers of ServerVersionInfo, the indentation, and two namespaces that are misspelt in one of them ("enchange",
"en-us") and right in the other.
"""

import re
from pathlib import Path

import pytest
from lxml import etree

from tests.conformance import schema
from tests.integration.sandbox import soap
from tests.sandbox_fixture import NAMES, RunningSandbox


def examples() -> list[str]:
    """The examples in their order: request, reply, request, reply."""
    found = schema.folder()
    text = None if found is None else found.parent / "spec" / "senditem-operation.en.md"
    if text is None or not Path(text).is_file():
        pytest.skip(
            "the documentation of SendItem is absent: it is looked for in spec/ beside the folder of the schema"
        )
    blocks = re.findall(r"```xml\n(.*?)```", text.read_text("utf-8"), re.DOTALL)
    assert len(blocks) == 4
    return [str(one).strip() for one in blocks]


def canonical(document: str | bytes) -> str:
    """Write an envelope so that only what is said in it counts."""
    text = document.decode() if isinstance(document, bytes) else document
    text = text.replace("microsoft.com/enchange/", "microsoft.com/exchange/").replace("/en-us/exchange/", "/exchange/")
    root = etree.fromstring(text.encode(), etree.XMLParser(remove_blank_text=True))
    (version,) = root.findall("s:Header/t:ServerVersionInfo", NAMES)
    assert {"MajorVersion", "MinorVersion", "MajorBuildNumber", "MinorBuildNumber"} <= set(version.attrib)
    version.attrib.clear()
    # The example's SendItemResponse has no prefix and stands in the namespace of messages all the same; prefixes are
    # written anew, and declarations that nothing uses go.
    etree.cleanup_namespaces(root)
    return str(etree.canonicalize(etree.tostring(root, encoding="unicode"), rewrite_prefixes=True))


def test_the_successful_example_is_answered_to_the_message(sandbox: RunningSandbox) -> None:
    request, reply, _, _ = examples()
    item, key = sandbox.post(soap.create(soap.message("Example", "x", "james.okafor@contoso.com"))).ids()[0]
    request = request.replace("AAAtAEF=", item).replace("CQAAABY+T", key)
    answer = sandbox.post_raw(request.encode())
    assert answer.status == 200
    assert canonical(answer.content) == canonical(reply)


def test_the_example_of_an_error_is_answered_to_the_message(sandbox: RunningSandbox) -> None:
    _, _, request, reply = examples()
    answer = sandbox.post_raw(request.encode())
    assert answer.status == 200
    assert canonical(answer.content) == canonical(reply)


def test_the_comparison_can_fail() -> None:
    _, reply, _, other = examples()
    assert canonical(reply) != canonical(other)
    assert canonical(reply) != canonical(reply.replace("NoError", "ErrorAccessDenied"))
