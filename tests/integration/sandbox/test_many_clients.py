"""Many clients at once, and requests that were broken on the way: every answer right, and the server still there."""

import random
from concurrent.futures import ThreadPoolExecutor

from tests.integration.sandbox import soap
from tests.integration.sandbox.test_a_letters_way import JAMES, draft
from tests.sandbox_fixture import Reply, RunningSandbox, envelope


def test_a_letter_that_many_send_at_once_goes_once(sandbox: RunningSandbox) -> None:
    item = draft(sandbox)
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: sandbox.post(soap.send([item])), range(8)))
    codes = sorted(code for reply in replies for code in reply.codes)
    assert codes == ["ErrorItemNotFound"] * 7 + ["NoError"]
    assert len(sandbox.deliveries()) == 1


def test_each_of_many_clients_finds_its_own_letters(sandbox: RunningSandbox) -> None:
    users = [account["address"].partition("@")[0] for account in sandbox.accounts[:6]]

    def work(number: int) -> int:
        user = users[number % len(users)]
        subject = f"Client {number}"
        made = sandbox.post(soap.create(soap.message(subject, "x", JAMES)), user).ids()
        change = soap.set_field("item:Subject", f"<t:Subject>{subject} again</t:Subject>")
        changed = sandbox.post(soap.update(made[0], change), user).ids()
        assert sandbox.post(soap.send(changed), user).codes == ["NoError"]
        wanted = soap.equals(soap.field("item:Subject"), f"{subject} again")
        return len(sandbox.post(soap.find("sentitems", restriction=wanted), user).ids())

    with ThreadPoolExecutor(12) as pool:
        assert list(pool.map(work, range(36))) == [1] * 36
    assert len(sandbox.deliveries()) == 36


def test_an_update_that_many_make_at_once_is_won_by_one(sandbox: RunningSandbox) -> None:
    item = draft(sandbox)
    change = soap.set_field("item:Subject", "<t:Subject>Mine</t:Subject>")
    with ThreadPoolExecutor(6) as pool:
        replies = list(pool.map(lambda _: sandbox.post(soap.update(item, change)), range(6)))
    codes = sorted(code for reply in replies for code in reply.codes)
    assert codes == ["ErrorIrresolvableConflict"] * 5 + ["NoError"]


def mutate(document: bytes, dice: random.Random) -> bytes:
    """Break a request in one to four places."""
    found = bytearray(document)
    for _ in range(dice.randint(1, 4)):
        place = dice.randrange(len(found))
        way = dice.randrange(5)
        if way == 0:
            found[place] = dice.randrange(256)
        elif way == 1:
            del found[place : place + dice.randint(1, 30)]
        elif way == 2:
            found[place:place] = dice.choice([b"<", b">", b"&", b'"', b"\x00", b"]]>", b"<!--", b"&#0;", b"9" * 30])
        elif way == 3:
            other = dice.randrange(len(found))
            found[place:place] = found[other : other + dice.randint(1, 60)]
        else:
            found[place:] = found[place:][::-1] if dice.random() < 0.1 else found[place:]
        if not found:
            return b"x"
    return bytes(found)


def test_requests_that_were_broken_get_an_answer_and_never_an_internal_error(sandbox: RunningSandbox) -> None:
    item = draft(sandbox)
    requests = [
        soap.create(soap.message("Mutant", "x", JAMES, extended=soap.marked("m"))),
        soap.get([item], paths=soap.MARKER_PATH + soap.field("item:Body")),
        soap.find("drafts", restriction=soap.equals(soap.MARKER_PATH, "m"), query=""),
        soap.update(item, soap.set_field("item:Subject", "<t:Subject>y</t:Subject>")),
        soap.send([item]),
        soap.delete([item]),
    ]
    dice = random.Random(20261121)
    documents = [mutate(envelope(dice.choice(requests)).encode(), dice) for _ in range(1500)]
    with ThreadPoolExecutor(4) as pool:
        replies: list[Reply] = list(pool.map(sandbox.post_raw, documents))
    wrong = [
        (document, reply.content)
        for document, reply in zip(documents, replies, strict=True)
        if reply.status not in {200, 500} or "ErrorInternalServerError" in reply.codes
    ]
    assert wrong == []
    assert sandbox.process.poll() is None
