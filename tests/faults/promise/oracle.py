"""Holds what the person was told against what the server did, and every word that was typed against where it is now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from app.domain.message import Content, LocalId
from app.domain.original import Verb
from app.domain.outcome import Verdict
from app.domain.problem import ProblemKind, read_problem
from app.domain.record import CopyKind, Record
from app.domain.state import State
from app.services.drafts.saver import is_passing, waits_for_person
from app.services.outbox.original_marks import is_due
from app.services.text.status_text import explain_record, state_words
from tests.faults.promise.claims import Claim, claim_of
from tests.faults.promise.files import judge_files
from tests.faults.promise.server import Kept
from tests.faults.promise.trouble import FORGETS, REFUSING
from tests.faults.promise.verdict import Broken
from tests.faults.promise.world import USERS, World

Deliveries = dict[str, dict[str, list[str]]]
READERS: Final = ["james.okafor@contoso.com", "priya.natarajan@contoso.com"]
"""Whom the person writes to."""
_LONG = 1500.0
"""Seconds after which nothing may be left undone, once all trouble is over: more than the longest pause."""
_LONGER = 6000.0
"""The same at a server that takes messages and forgets them: after an hour nobody knows."""
_ROUNDS = 3


class Answer(NamedTuple):
    """A message of an Inbox that another one answers, and the subject that no other message has."""

    user: str
    item_id: str
    verb: Verb
    subject: str


def words_of(content: Content) -> set[str]:
    """Return the words of a text, and the names of what is attached to it."""
    return {*content.body.split(), *(one.name for one in content.attachments)}


class Oracle:
    """What is so, and what must not be."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.words: dict[str, str] = {}
        self.excused: set[str] = set()
        self.meddled: set[str] = set()
        self.touched: set[str] = set()
        self.said_so: set[str] = set()
        self.files: dict[str, int] = {}
        self.taken_away: set[str] = set()
        self.theirs: set[str] = set()
        self.sent_by_others: Counter[str] = Counter()
        self.told: Counter[str] = Counter()
        self._answers: list[Answer] = []

    # --- what happens -------------------------------------------------------------------------------------------------

    def wrote(self, local_id: LocalId, word: str) -> None:
        """The person typed a word."""
        self.words[word] = local_id

    def follow_moves(self) -> None:
        """What was written in a message that goes on in the other account is to be found in that one from now on."""
        for record in self.world.messages():
            if not record.moved_from:
                continue
            for word, mine in self.words.items():
                if mine == record.moved_from and word not in self.theirs:
                    self.words[word] = record.local_id
            if record.moved_from in self.meddled:
                self.meddled.add(record.local_id)

    def answers(self, user: str, item_id: str, verb: Verb, subject: str) -> None:
        """The person begins to answer a message, or to pass it on, under a subject that is no other's."""
        self._answers.append(Answer(user, item_id, verb, subject))

    def attached(self, local_id: LocalId, name: str, size: int) -> None:
        """The person attached a file; it counts as a word that is not to be lost."""
        self.words[name], self.files[name] = local_id, size

    def detached(self, name: str) -> None:
        """It was taken away again, by the person or elsewhere."""
        self.taken_away.add(name)

    def put_back(self, name: str) -> None:
        """The person undid that."""
        self.taken_away.discard(name)

    def attached_elsewhere(self, item: Kept, name: str, size: int) -> None:
        """Another client attached a file."""
        self.wrote_elsewhere(item, name)
        self.files[name] = size

    def detached_elsewhere(self, item: Kept, name: str) -> None:
        """Another client took a file away."""
        self.meddled.add(item.mark or item.item_id)
        self.touched.add(item.item_id)
        self.taken_away.add(name)

    def wrote_elsewhere(self, item: Kept, word: str) -> None:
        """Another client added a word."""
        self.meddled.add(item.mark or item.item_id)
        self.touched.add(item.item_id)
        self.theirs.add(word)
        self.words[word] = item.mark or item.item_id

    def deleted_elsewhere(self, item: Kept) -> None:
        """Another client deleted a draft: what only it had is gone by somebody's will."""
        self.meddled.add(item.mark or item.item_id)
        self.excused.update((*item.body.split(), *(file.name for file in item.files)))

    def sent_elsewhere(self, item: Kept) -> None:
        """Another client sent a draft."""
        self.meddled.add(item.mark or item.item_id)
        self.sent_by_others[item.mark or item.item_id] += 1

    async def discarded(self, local_id: LocalId) -> None:
        """The person threw a message away, with all its words."""
        self.excused.update(word for word, mine in self.words.items() if mine == local_id)

    def taken_back(self, local_id: LocalId) -> None:
        """The person took it back."""
        if local_id not in self.meddled:
            self.excused -= {word for word, mine in self.words.items() if mine == local_id}

    def given_up(self, words: set[str], instead: set[str]) -> set[str]:
        """The person chose one version of a message over another; return the words that went, for `chosen_again`."""
        went = words - instead - self.excused
        self.excused |= went
        return went

    def chosen_again(self, words: set[str]) -> None:
        """The person took that choice back."""
        self.excused -= words

    def offers(self, record: Record) -> set[str]:
        """Return what a message's row and pane offer."""
        explained = explain_record(record)
        words = state_words(record, self.world.clock.now())
        return {words.action, "" if explained is None else explained.action}

    def kept_here_alone(self, record: Record, meant: Content, item: Kept) -> Counter[str]:
        """Return the files that an item may be without, because this machine has them still: none, by the book."""
        del record, meant, item
        return Counter()

    # --- at any time --------------------------------------------------------------------------------------------------

    async def look_at_rows(self) -> None:
        """Hold each row's words against the deliveries, as they are now."""
        deliveries = self.world.server.deliveries() if self.world.asked_to_send else {}
        for record in self.world.messages():
            self._check_claim(record, deliveries)

    def times_of(self, record: Record, deliveries: Deliveries) -> dict[str, list[str]]:
        """Return each time that a message went, and to whom; also under the names that it had in the other account."""
        times: dict[str, list[str]] = {}
        for known in self._names_of(record):
            times.update(deliveries.get(known.local_id) or deliveries.get(known.message_id) or {})
        return times

    def _names_of(self, record: Record) -> Iterator[Record]:
        """Return a message and those of the other account whose place it took."""
        known: Record | None = record
        while known is not None:
            yield known
            known = self.world.window.messages.get(known.moved_from) if known.moved_from else None

    def _check_claim(self, record: Record, deliveries: Deliveries) -> None:
        claim = claim_of(record, self.world.clock.now())
        times = self.times_of(record, deliveries)
        self.told[claim.value] += 1
        others = sum(
            self.sent_by_others[one.local_id] or self.sent_by_others[one.ref.item_id if one.ref else ""]
            for one in self._names_of(record)
        )
        if any(len(set(whom)) != len(whom) for whom in times.values()) or len(times) > 1 + others:
            raise self.broken("twice", record, times)
        if claim is Claim.SENT and not times:
            raise self.broken("lost", record, times)
        if claim is Claim.NOT_SENT and times and not others:
            raise self.broken("wrong words", record, times)

    def is_meddled(self, record: Record) -> bool:
        """Tell whether another client had its hands in a message."""
        return record.local_id in self.meddled or (record.ref is not None and record.ref.item_id in self.meddled)

    def broken(self, kind: str, record: Record, what: Any) -> Broken:
        """Return what says that `record` says something else than what is so."""
        words = state_words(record, self.world.clock.now()).text
        return Broken(kind, f"{record.head.subject!r} says {words!r} ({record.state}, {record.problem}), but: {what}")

    # --- at the end ---------------------------------------------------------------------------------------------------

    async def settle(self) -> None:
        """End all trouble, let the person do what the account's bar asks for, and let time pass."""
        world = self.world
        await world.let_go()
        world.note_fired()
        world.set_rules([])
        world.release_late()
        world.window.life.fuse = world.engine_fuse = None
        await world.revive()  # what was let go may have ended it
        world.window.journal.hand_over()
        for _ in range(_ROUNDS):
            await self._sign_in()
            world.release_late()
            await world.clock.advance((_LONGER if world.graph_manner == FORGETS else _LONG) / _ROUNDS)

    async def _sign_in(self) -> None:
        accounts = self.world.window.accounts
        for account in self.world.ground.accounts:
            if accounts.trouble(account.account_id) is not None:
                secret = self.world.ground.secrets.held[account.account_id]
                await self.world.act(accounts.give_secret(account.account_id, secret))

    async def judge(self) -> None:
        """Look at everything, once all trouble is over and all is settled."""
        self.follow_moves()
        await self.look_at_rows()
        kept = self.world.server.kept()
        messages = {one.local_id: await self.world.content_of(one.local_id) for one in self.world.messages()}
        for record in self.world.messages():
            self._check_end(record, kept)
        self._check_drafts(kept)
        self._check_words(kept, messages)
        judge_files(self, kept, messages, READERS)
        self._check_marks()

    def _check_marks(self) -> None:
        """Each message that was answered says so, and none that was not; what is known is left to be done nowhere."""
        went = self.world.server.deliveries_by_subject() if self._answers else {}
        records = {record.head.subject: record for record in self.world.messages()}
        for answer in self._answers:
            verb, sent = self.world.server.verb_of(answer.user, answer.item_id), bool(went.get(answer.subject))
            self.world.met["an original marked"] += bool(verb)
            self.world.met["an answer that went"] += sent
            if verb and not (sent and verb == answer.verb):
                raise Broken("wrong words", f"what {answer.subject!r} answers says {verb}, and it went {sent}")
            record = records.get(answer.subject)
            if record is None or (not is_due(record) and record.state not in {State.SENT, State.SENT_NOT_FILED}):
                continue
            if record.originals:
                raise self.broken("stuck", record, f"its originals are still to be marked: {record.originals}")
            refused = any(self.world.met[name] for name in REFUSING)
            if not verb and not refused and not self.is_meddled(record):
                raise self.broken("wrong words", record, "what it answers does not say so")

    def _check_end(self, record: Record, kept: list[Kept]) -> None:
        # A draft of another client that could not be marked is known by its name on the server alone.
        name = "" if record.ref is None or record.marked else record.ref.item_id
        mine = [one for one in kept if one.mark == record.local_id or one.item_id == name]
        if record.state in {State.HELD, State.QUEUED, State.SENDING, State.TAKEN}:
            raise self.broken("stuck", record, f"{record.send_outcome} {record.save_outcome}")
        if record.state is State.UNKNOWN:
            self._check_unknown(record, mine)
        if (
            record.state is State.NEEDS_ATTENTION
            and not record.discarded
            and state_words(record, self.world.clock.now()).action == ""
        ):
            raise self.broken("wrong words", record, "nothing is offered")
        if record.state in {State.SENT, State.SENT_NOT_FILED}:
            self._check_filed(record, mine)
        elif record.saved and not record.discarded and record.state in {State.DRAFT, State.READY}:
            self._check_saved(record, kept)
        elif record.state is State.DRAFT and not record.discarded:
            self._check_unsaved(record)
        there = any(one.folder == "drafts" and not self._is_theirs(one) for one in mine)
        if record.discarded and there and not self._waits_to_move(record):
            raise self.broken("wrong words", record, "the draft is still in Drafts")

    def _waits_to_move(self, record: Record) -> bool:
        """Tell whether the other account's server does not have yet what takes this message's place."""
        after = self.world.window.messages.get(record.moved_to) if record.moved_to else None
        return after is not None and not after.saved

    def _is_theirs(self, item: Kept) -> bool:
        """Tell whether an item came late of a lost request, and another client wrote in it: nobody is to remove it."""
        return item.item_id in self.touched and bool(self.world.met["done after its connection broke"])

    def _check_unknown(self, record: Record, mine: list[Kept]) -> None:
        """It stays unknown only where nobody could know."""
        if read_problem(record.problem)[0] is not ProblemKind.CANNOT_BE_KNOWN:
            raise self.broken("stuck", record, record.send_outcome)
        if any(not one.is_draft for one in mine):
            raise self.broken("wrong words", record, "a copy is there")
        there = any(one.folder == "drafts" for one in mine)
        proves = self.world.manner != "leave-draft" and record.copy_to.kind is not CopyKind.NONE
        forgotten = self.world.graph_manner == FORGETS and record.send_outcome is not None and record.send_outcome.taken
        if forgotten:
            self.world.met["taken by Graph and forgotten"] += 1
            return
        if there and proves:
            raise self.broken("wrong words", record, "the draft is there, and no copy")

    def _check_filed(self, record: Record, mine: list[Kept]) -> None:
        problem = read_problem(record.problem)[0]
        copies = [one for one in mine if one.folder == "sentitems" and not one.is_draft]
        drafts = [one for one in mine if one.folder == "drafts" and one.is_draft]
        if self.is_meddled(record):
            return
        if not record.verified:
            raise self.broken("stuck", record, "never verified")
        wants_copy = record.copy_to.kind is not CopyKind.NONE
        if record.state is State.SENT and problem is None and wants_copy and len(copies) != 1:
            raise self.broken("wrong words", record, f"{len(copies)} copies")
        if record.state is State.SENT_NOT_FILED and copies:
            raise self.broken("wrong words", record, "the copy is there")
        if (problem is ProblemKind.LEFT_IN_DRAFTS) != bool(drafts):
            raise self.broken("wrong words", record, f"{len(drafts)} drafts")

    def _check_saved(self, record: Record, kept: list[Kept]) -> None:
        if self.is_meddled(record):
            return
        there = [one for one in kept if one.mark == record.local_id and one.folder == "drafts"]
        if not there and record.marked:
            raise self.broken("wrong words", record, "it is not in Drafts")
        mine = {word for word, message in self.words.items() if message == record.local_id and word not in self.files}
        mine -= self.world.lost_words
        for one in there:
            if not mine <= set(one.body.split()):
                raise self.broken("wrong words", record, f"the draft says {one.body!r}, not {sorted(mine)}")

    def _check_unsaved(self, record: Record) -> None:
        outcome = record.save_outcome
        refused = outcome is not None and outcome.verdict is Verdict.REFUSED and not is_passing(outcome)
        empty = not (record.head.to or record.head.subject or record.head.preview)
        if not (record.saved or refused or waits_for_person(record) or empty):
            raise self.broken("stuck", record, f"never saved: {outcome}")

    def _check_drafts(self, kept: list[Kept]) -> None:
        own = {one.ref.item_id for one in self.world.messages() if one.ref is not None}
        drafts = [one for one in kept if one.item_id in own or not self._is_theirs(one)]
        for user in USERS:
            marks = [
                one.mark for one in drafts if one.user == user and one.folder == "drafts" and one.is_draft and one.mark
            ]
            doubled = [mark for mark in set(marks) if marks.count(mark) > 1]
            if doubled:
                raise Broken("drafts multiplied", f"{len(doubled)} drafts are there more than once")

    def _check_words(self, kept: list[Kept], messages: dict[LocalId, Content]) -> None:
        """Every word that the disk had in time is in a message of this machine, or on the server; so is every file."""
        found = {word for one in kept for word in (*one.body.split(), *(file.name for file in one.files))}
        for content in messages.values():
            found.update((*content.body.split(), *(one.name for one in content.attachments)))
        gone_with_no_copy = {
            record.local_id
            for record in self.world.messages()
            if record.copy_to.kind is CopyKind.NONE and record.state is State.SENT
        }
        for word, local_id in self.words.items():
            excused = word in self.excused | self.taken_away | self.world.lost_words or local_id in gone_with_no_copy
            if word not in found and not excused:
                raise Broken("lost", f"the word {word!r} is nowhere")
