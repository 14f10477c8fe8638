"""Another client's change is told within a second, over a connection that costs nothing while nothing happens."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence

import pytest
from lxml import etree

from app.backends.ews import notifications as module
from app.backends.ews.backend import EwsBackend
from app.backends.ews.notifications import envelopes_in
from app.backends.net.http_errors import Unreadable
from app.backends.port import Job
from app.domain.errors import AccountError, ItemRefused, MailError, TroubleKind
from app.domain.listing import Folder, Place
from tests.conformance import schema
from tests.integration.ews.conftest import draft, job
from tests.integration.sandbox import soap
from tests.sandbox_fixture import RunningSandbox

DRAFTS, SENT, INBOX = Place(Folder.DRAFTS), Place(Folder.SENT), Place(Folder.INBOX)
SALES = Place(Folder.DRAFTS, "sales@contoso.com")
NOT_OURS = Place(Folder.DRAFTS, "henrik.mueller@contoso.com")


NOT_STREAMED = {"operation": "GetStreamingEvents", "nth": "every", "action": "fault", "code": "ErrorInvalidRequest"}


class Listener:
    """Listens in a thread; `heard` gives what was told next."""

    def __init__(self, backend: EwsBackend, places: Sequence[Place]) -> None:
        self.job, self.ended = job(120), queue.Queue[MailError | None]()
        self._told: queue.Queue[Sequence[Place]] = queue.Queue()
        self._thread = threading.Thread(target=self._run, args=(backend, places), daemon=True)
        self._thread.start()

    def _run(self, backend: EwsBackend, places: Sequence[Place]) -> None:
        try:
            backend.notices(places, self._told.put, self.job)
        except MailError as error:
            self.ended.put(error)
        else:
            self.ended.put(None)

    def heard(self) -> list[Place]:
        return list(self._told.get(timeout=20))

    def nothing_heard(self, seconds: float) -> bool:
        time.sleep(seconds)
        return self._told.empty()

    def stop(self) -> None:
        self.job.stop(TroubleKind.CANCELLED)
        self._thread.join(5)
        assert not self._thread.is_alive()


Listen = Callable[..., Listener]


@pytest.fixture
def listen(backend: EwsBackend) -> Iterator[Listen]:
    made: list[Listener] = []

    def begin(*places: Place) -> Listener:
        made.append(Listener(backend, places))
        return made[-1]

    yield begin
    for one in made:
        one.stop()


def test_each_folder_that_changes_is_told_by_its_name(listen: Listen, backend: EwsBackend) -> None:
    listener = listen(DRAFTS, SENT, SALES)
    assert listener.heard() == [DRAFTS, SENT, SALES]
    (outcome,) = backend.save([draft()], job())
    assert listener.heard() == [DRAFTS]
    assert outcome.ref is not None
    backend.move([outcome.ref], SENT, job())
    told: set[Place] = set()
    while told != {DRAFTS, SENT}:
        told |= set(listener.heard())


def test_a_change_is_told_within_a_second(listen: Listen, sandbox: RunningSandbox) -> None:
    listener = listen(DRAFTS)
    listener.heard()
    sandbox.post(soap.create(soap.message("From elsewhere")))
    began = time.monotonic()
    listener.heard()
    assert time.monotonic() - began < 10  # it is a second at most; no test fails on a clock, but never is too late


def test_new_mail_is_told_of_the_inbox_alone(listen: Listen, sandbox: RunningSandbox) -> None:
    listener = listen(DRAFTS, INBOX)
    listener.heard()
    message = soap.message("Hello", "you", "clara.fontaine@contoso.com")
    sandbox.post(soap.create(message, disposition="SendOnly"), "james.okafor")
    assert listener.heard() == [INBOX]


def test_a_mailbox_that_may_not_be_listened_to_is_left_out(listen: Listen) -> None:
    assert listen(DRAFTS, NOT_OURS).heard() == [DRAFTS]


def test_where_nothing_may_be_listened_to_it_is_a_refusal(listen: Listen) -> None:
    error = listen(NOT_OURS).ended.get(timeout=20)
    assert isinstance(error, ItemRefused)


def test_stopping_comes_back_at_once(listen: Listen) -> None:
    listener = listen(DRAFTS)
    listener.heard()
    listener.stop()
    error = listener.ended.get(timeout=5)
    assert isinstance(error, AccountError)
    assert error.trouble.kind is TroubleKind.CANCELLED


@pytest.mark.parametrize("action", [{"action": "reset-before"}, {"action": "cut", "bytes": 200}, {"action": "html"}])
def test_a_connection_that_is_lost_is_a_trouble(
    listen: Listen, sandbox: RunningSandbox, action: dict[str, object]
) -> None:
    sandbox.faults([{"operation": "GetStreamingEvents", **action}])
    assert isinstance(listen(DRAFTS).ended.get(timeout=20), AccountError)


def test_a_server_that_goes_while_one_listens_is_a_trouble(listen: Listen, sandbox: RunningSandbox) -> None:
    listener = listen(DRAFTS)
    listener.heard()
    sandbox.reset()  # subscriptions go with it
    sandbox.post(soap.create(soap.message("Wakes it")))
    assert listener.ended.get(timeout=20) is None  # the server says Closed


def test_a_server_without_open_replies_is_asked_again_and_again(
    listen: Listen, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PULL_SECONDS", 0.05)
    sandbox.faults([NOT_STREAMED])
    listener = listen(DRAFTS, SENT)
    assert listener.heard() == [DRAFTS, SENT]
    assert listener.nothing_heard(0.3)
    sandbox.post(soap.create(soap.message("From elsewhere")))
    assert listener.heard() == [DRAFTS, SENT]  # one question for a mailbox, and so one answer
    assert listener.nothing_heard(0.3)  # each happening is told once
    listener.stop()


def test_a_subscription_that_cannot_be_told_of_with_the_others_is_left_out(
    listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    true = module.Subscriptions.subscribe

    def with_a_stranger(
        noticing: module.Subscriptions, groups: Sequence[Sequence[Place]], *, streaming: bool
    ) -> dict[str, module.Subscribed]:
        return {"c3RyYW5nZXI=": module.Subscribed((SALES,)), **true(noticing, groups, streaming=streaming)}

    monkeypatch.setattr(module.Subscriptions, "subscribe", with_a_stranger)
    assert listen(DRAFTS, SENT).heard() == [DRAFTS, SENT]


def test_a_server_without_subscriptions_is_a_refusal(listen: Listen, sandbox: RunningSandbox) -> None:
    sandbox.faults([{"operation": "Subscribe", "nth": "every", "action": "fault", "code": "ErrorInvalidOperation"}])
    error = listen(DRAFTS).ended.get(timeout=20)
    assert isinstance(error, ItemRefused)
    assert error.words.response_code == "ErrorInvalidOperation"


def test_each_request_as_it_arrived_is_valid(
    listen: Listen, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    schema.require()
    monkeypatch.setattr(module, "PULL_SECONDS", 0.05)
    sandbox.faults([NOT_STREAMED])
    listener = listen(DRAFTS, INBOX)
    listener.heard()
    listener.nothing_heard(0.3)
    listener.stop()
    bodies = [entry["body"] for entry in sandbox.journal(bodies=True)]
    assert {"Subscribe", "GetStreamingEvents", "GetEvents"} <= {entry["operation"] for entry in sandbox.journal()}
    assert [schema.complaints(etree.fromstring(body.encode())) for body in bodies] == [[]] * len(bodies)


def test_nothing_is_asked_while_nothing_happens(listen: Listen, sandbox: RunningSandbox) -> None:
    listener = listen(DRAFTS, SENT)
    listener.heard()
    before = len(sandbox.journal())
    assert listener.nothing_heard(1.5)
    assert len(sandbox.journal()) == before


def test_envelopes_are_parted_wherever_the_pieces_are() -> None:
    one = b"<s:Envelope xmlns:s='a'><s:Body>1</s:Body></s:Envelope>"
    two = b"<?xml version='1.0'?><Envelope><Body>2</Body></Envelope >"
    whole = one + b"\r\n" + two
    for size in range(1, len(whole)):
        pieces = [whole[start : start + size] for start in range(0, len(whole), size)]
        assert ["".join(map(str, found.itertext())) for found in envelopes_in(pieces)] == ["1", "2"]
    with pytest.raises(Unreadable):
        list(envelopes_in([b"<a></Envelope>"]))
    with pytest.raises(Unreadable):
        list(envelopes_in([b"x" * (5 * 1024 * 1024)]))


def test_a_job_that_rests_is_woken_by_its_end() -> None:
    work = Job(60)
    threading.Timer(0.05, work.stop, (TroubleKind.CANCELLED,)).start()
    began = time.monotonic()
    with pytest.raises(Exception, match="cancelled"):
        work.rest(30)
    assert time.monotonic() - began < 20
