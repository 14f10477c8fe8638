"""Some thousands of broken requests, of every operation: each gets an answer, and none does harm."""

import base64
import os
import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from lxml import etree

from tests.conformance import schema
from tests.conformance.test_every_operation import requests_of
from tests.integration.sandbox import soap
from tests.integration.sandbox.lasting import Line
from tests.integration.sandbox.mutations import DOCTYPES, mutate
from tests.sandbox_fixture import NAMES, Reply, RunningSandbox, envelope

SEED = int(os.environ.get("MAILWRIGHT_SEED", "20261121"))
COUNT = 4000


def harm(reply: Reply) -> str:
    """What is wrong with an answer; "" where nothing is."""
    if reply.status not in {200, 500}:
        return f"status {reply.status}"
    if reply.root is None:
        return "no XML"
    if "ErrorInternalServerError" in reply.codes:
        return "internal error"
    return "root:x:" if b"root:x:" in reply.content else ""


@pytest.mark.timeout(180)
def test_thousands_of_broken_requests_get_an_answer_and_do_no_harm(sandbox: RunningSandbox) -> None:
    documents = [envelope(one).encode() for one in requests_of(sandbox).values()]
    dice = random.Random(SEED)
    broken = [mutate(dice.choice(documents), dice) for _ in range(COUNT)]
    readable = sum(1 for one in broken if reads(one))
    assert readable > COUNT * 0.7
    with ThreadPoolExecutor(3) as pool:
        replies = [one for part in pool.map(lambda part: say_all(sandbox, part), parts(broken)) for one in part]
    wrong = [(harm(reply), document[:3000]) for document, reply in zip(broken, replies, strict=True) if harm(reply)]
    assert wrong == [], f"MAILWRIGHT_SEED={SEED}"
    assert [found for one in replies if one.root is not None for found in schema.complaints(one.root)] == []
    # Most are refused; enough get as far as the operations themselves.
    assert sum(1 for reply in replies if reply.status == 200) > COUNT // 20
    assert sandbox.process.poll() is None
    assert sandbox.post(soap.find()).codes == ["NoError"]


def parts(documents: list[bytes]) -> list[list[bytes]]:
    """Three parts, in order."""
    third = len(documents) // 3 + 1
    return [documents[place : place + third] for place in range(0, len(documents), third)]


def say_all(sandbox: RunningSandbox, documents: list[bytes]) -> list[Reply]:
    """Say them one after the other over a connection that lasts."""
    with Line(sandbox) as line:
        return [line.post(one) for one in documents]


def reads(document: bytes) -> bool:
    """Whether a parser can read it."""
    try:
        etree.fromstring(document, etree.XMLParser(resolve_entities=False, huge_tree=True))
    except etree.XMLSyntaxError:
        return False
    return True


@pytest.mark.parametrize("doctype", DOCTYPES)
def test_no_document_type_is_ever_read(sandbox: RunningSandbox, doctype: bytes) -> None:
    for encoding in ("utf-8", "utf-16"):
        text = doctype.decode() + envelope(soap.create(soap.message("S"))).replace(">S<", ">&x;&c;<")
        reply = sandbox.post_raw(text.encode(encoding))
        assert reply.codes == ["ErrorSchemaValidation"]
        assert "DTD is prohibited" in str(reply.text(".//t:Violation"))


@pytest.mark.parametrize(
    "body",
    [
        "<m:a>" * 100_000 + "</m:a>" * 100_000,
        f'<m:GetItem a="{"x" * 5_000_000}"/>',
        "<m:GetItem " + " ".join(f'a{number}="1"' for number in range(100_000)) + "/>",
        f"<m:GetItem>{'<m:ItemShape/>' * 300_000}</m:GetItem>",
        f"<m:{'x' * 1_000_000}/>",
        f"<m:GetItem>{'<!-- -->' * 300_000}</m:GetItem>",
    ],
    ids=["depth", "long attribute", "many attributes", "many elements", "long name", "many remarks"],
)
def test_what_is_far_too_large_is_refused_and_forgotten(sandbox: RunningSandbox, body: str) -> None:
    reply = sandbox.post_raw(envelope(body).encode())
    assert (reply.status, reply.codes[0]) in {(500, "ErrorSchemaValidation"), (500, "ErrorInvalidRequest")}
    assert sandbox.post(soap.find()).codes == ["NoError"]


def test_broken_sign_ins_are_refused(sandbox: RunningSandbox) -> None:
    dice = random.Random(SEED)
    seed = base64.b64encode(b"NTLMSSP\0\x01\0\0\0\x97\x82\x08\xe2" + bytes(24))
    for _ in range(300):
        raw = bytearray(base64.b64decode(seed) if dice.random() < 0.7 else dice.randbytes(dice.randint(0, 90)))
        for _ in range(dice.randint(0, 4)):
            if raw:
                raw[dice.randrange(len(raw))] = dice.randrange(256)
        scheme = dice.choice(["NTLM", "Basic", "Bearer", "Negotiate", "ntlm"])
        headers = {"Authorization": f"{scheme} {base64.b64encode(bytes(raw)).decode()}", "Content-Type": "text/xml"}
        assert sandbox.request("POST", sandbox.url, b"<a/>", headers).status == 401


def test_the_mutations_are_the_same_for_the_same_dice() -> None:
    document = envelope(soap.create(soap.message("x"))).encode()
    first, second = ([mutate(document, random.Random(seed)) for seed in range(50)] for _ in range(2))
    assert first == second
    assert len(set(first)) > 40
    assert NAMES["s"] in document.decode()
