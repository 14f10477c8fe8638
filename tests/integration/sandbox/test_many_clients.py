"""Many clients at once: every answer right."""

from concurrent.futures import ThreadPoolExecutor

from tests.integration.sandbox import soap
from tests.integration.sandbox.test_a_messages_way import JAMES, draft
from tests.sandbox_fixture import RunningSandbox


def test_a_message_that_many_send_at_once_goes_once(sandbox: RunningSandbox) -> None:
    item = draft(sandbox)
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: sandbox.post(soap.send([item])), range(8)))
    codes = sorted(code for reply in replies for code in reply.codes)
    assert codes == ["ErrorItemNotFound"] * 7 + ["NoError"]
    assert len(sandbox.deliveries()) == 1


def test_each_of_many_clients_finds_its_own_messages(sandbox: RunningSandbox) -> None:
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
