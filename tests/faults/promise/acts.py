"""Each step of a schedule, done: by the person through the services, by another client, or by fate."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

from app.domain.account import BackendKind
from app.domain.edits import RecipientSplice, TextSplice
from app.domain.errors import BadInput, MailError
from app.domain.message import Content, Field, ItemRef, LocalId
from app.domain.original import Original, Verb
from app.domain.problem import ProblemKind, read_problem
from app.domain.recipient import Recipient
from app.domain.record import CopyKind, CopyTo, Record
from app.domain.state import WRITABLE, State
from app.services.accounts.accounts import PAUSING
from app.services.drafts.comparison import Comparison
from app.services.records.rows import ListRow
from tests.faults.promise.acts_with_files import ActsWithFiles
from tests.faults.promise.life import AFTER, BEFORE, DURING, Fuse
from tests.faults.promise.oracle import words_of
from tests.faults.promise.person import HOLDS, WAITS, Step
from tests.faults.promise.trouble import ALL_NAMES, OPERATIONS, at_ews, rule_for
from tests.faults.promise.world import USERS

END: Final = 1_000_000
LATE_AFTER: Final = 4.0
"""Seconds; when so much time was let pass, the server comes to what it was asked on connections that broke."""
PHASES: Final = (BEFORE, DURING, AFTER)
FRIEND: Final = Recipient("james.okafor@contoso.com", "James Okafor")
SECOND: Final = Recipient("priya.natarajan@contoso.com", "Priya Natarajan")


class Acts(ActsWithFiles):
    """Does steps, one after the other, and holds each against the truth."""

    async def do(self, step: Step) -> None:
        """Do one step; a window that dies of it is started again."""
        act: Callable[[Step], Awaitable[Any]] = getattr(self, "_" + step.what.replace(" ", "_"))
        await act(step)
        await self.world.revive()
        self.oracle.follow_moves()
        await self.oracle.look_at_rows()

    # --- writing ----------------------------------------------------------------------------------------------------

    async def _begin(self, step: Step) -> None:
        number = self._word()
        to = () if step.a == 2 else (FRIEND, SECOND)[: 1 + step.b % 2]
        content = Content(to=to, subject=f"About {number}", body="")
        account = self.world.ground.accounts[step.a % 2]
        local_id = await self.world.act(self.world.window.drafts.begin(account.account_id, content))
        if isinstance(local_id, str):
            for _ in range(step.b):
                self._write(self.world.window.messages.get(LocalId(local_id)))

    async def _answer(self, step: Step) -> None:
        """Answer a message of the Inbox, or pass it on, or two of them at once."""
        account, verb = self.world.ground.accounts[step.a % 2], tuple(Verb)[step.b % 3]
        window, follow, server = self.world.window, self.world.window.follow, self.world.server
        subjects = [f"Ask {self._word()}" for _ in range(1 + (step.c if verb is Verb.FORWARDED else 0))]
        items = [server.receive(account.address, one, "How much?", FRIEND.address) for one in subjects]
        several = len(items) > 1
        subject = f"FW: {subjects[0]}" if verb is Verb.FORWARDED else f"RE: {subjects[0]}"
        for item in items:
            self.oracle.answers(account.address, item, verb, subject)
        if several:
            content = Content(to=(FRIEND,), subject=subject, body="See these")
            originals = [Original(ItemRef(item), verb) for item in items]
            begun = await self.world.act(window.drafts.begin(account.account_id, content, originals=originals))
        else:
            ways = {Verb.REPLIED: follow.reply, Verb.REPLIED_TO_ALL: follow.reply_all, Verb.FORWARDED: follow.forward}
            row = ListRow(key="row", account_id=account.account_id, ref=ItemRef(items[0]), subject=subjects[0])
            begun = await self.world.act(ways[verb](row))
        record = self.world.window.messages.get(LocalId(begun)) if isinstance(begun, str) else None
        if record is not None and verb is Verb.FORWARDED and not several and not self.world.window.life.dead:
            window.drafts.edit(record.local_id, RecipientSplice(Field.TO, 0, 0, (FRIEND,)))
        self._write(record)

    async def _type(self, step: Step) -> None:
        for _ in range(step.b + 1):
            self._write(self._pick(step, lambda record: record.state in WRITABLE and not record.discarded))
        await self.world.rest()

    def _write(self, record: Record | None) -> None:
        if record is None or self.world.window.life.dead:
            return
        word = self._word()
        try:
            self.world.window.drafts.edit(record.local_id, TextSplice(Field.BODY, END, 0, f" {word}"))
        except BadInput:
            return
        self.oracle.wrote(record.local_id, word)

    async def _retitle(self, step: Step) -> None:
        """The person gives a message another subject; not an answer, which the judge knows by its subject."""

        def fits(one: Record) -> bool:
            return one.state in WRITABLE and not one.discarded and not one.head.subject.startswith(("RE: ", "FW: "))

        record = self._pick(step, fits)
        if record is not None and not self.world.window.life.dead:
            subject = TextSplice(Field.SUBJECT, 0, END, f"Now about {self._word()}")
            self.world.window.drafts.edit(record.local_id, subject)
            await self.world.rest()

    async def _invite(self, step: Step) -> None:
        """The person writes to one more, or to one fewer."""
        record = self._pick(step, lambda one: one.state in WRITABLE and not one.discarded)
        if record is not None and not self.world.window.life.dead:
            many = len((await self.world.content_of(record.local_id)).to)
            splice = RecipientSplice(Field.TO, 1, many - 1, () if many > 1 else (SECOND,))
            self.world.window.drafts.edit(
                record.local_id, splice if many else RecipientSplice(Field.TO, 0, 0, (FRIEND,))
            )
            await self.world.rest()

    async def _close(self, step: Step) -> None:
        if (record := self._pick(step)) is not None:
            await self.world.act(self.world.window.drafts.close(record.local_id))

    async def _open(self, step: Step) -> None:
        record = self._pick(step, lambda one: one.state in WRITABLE)
        if record is not None:
            item = self.world.item_of(record) if step.a % 2 else None
            ref = None if item is None else ItemRef(item.item_id, item.change_key)
            row = ListRow(key="row", account_id=record.account_id, ref=ref or record.ref, record=record)
            await self.world.act(self.world.window.drafts.open_draft(row))
            self.oracle.taken_back(record.local_id)

    async def _move(self, step: Step) -> None:
        """The person chooses a From of the other account."""
        record = self._pick(step, lambda one: one.state in WRITABLE and not one.discarded)
        if record is not None:
            other = next(one for one in self.world.ground.accounts if one.account_id != record.account_id)
            self.world.met["moved to the other account"] += 1
            await self.world.act(self.world.window.drafts.move_to_account(record.local_id, other.account_id, None))

    async def _save(self, step: Step) -> None:
        if (record := self._pick(step)) is not None:
            await self.world.act(self.world.window.drafts.save(record.local_id))

    async def _keep_mine(self, step: Step) -> None:
        found = self._pick(step, lambda one: "save-as-new" in self.oracle.offers(one))
        if found is not None:
            await self.world.act(self.world.window.drafts.keep_mine_as_new(found.local_id))

    async def _keep_no_copy(self, step: Step) -> None:
        if (record := self._pick(step, lambda one: one.state is State.DRAFT)) is not None:
            await self.world.act(self.world.window.messages.change(record.local_id, copy_to=CopyTo(CopyKind.NONE)))

    async def _discard(self, step: Step) -> None:
        record = self._pick(step)
        if record is not None:
            done = await self.world.act(self.world.window.drafts.discard(record.local_id))
            if done is not False:
                await self.oracle.discarded(record.local_id)

    async def _take_back(self, step: Step) -> None:
        record = self._pick(step, lambda one: bool(one.discarded))
        if record is not None:
            await self.world.act(self.world.window.drafts.take_back(record.local_id))
            self.oracle.taken_back(record.local_id)

    async def _choose(self, step: Step) -> None:
        """The person compares the two versions of a message, and keeps one, or both."""
        record = self._pick(step, lambda one: "compare" in self.oracle.offers(one))
        if record is None:
            return
        comparing = self.world.window.comparing
        seen = await self.world.act(comparing.compare(record.local_id))
        if not isinstance(seen, Comparison):
            return
        if step.b == 2:
            await self.world.act(comparing.keep_both(record.local_id))
            return
        mine = words_of(await self.world.content_of(record.local_id))
        theirs = {*seen.seen.content.body.split(), *(one.name for one in seen.seen.attachments)}
        if step.b == 3:
            done = await self.world.act(comparing.keep_mine(seen))
            if not isinstance(done, MailError):
                self.oracle.given_up(theirs, mine)
            return
        given_up = await self.world.act(comparing.take_theirs(seen))
        if isinstance(given_up, MailError):
            return
        words = self.oracle.given_up(mine, theirs)
        if step.b == 1 and given_up is not None:
            self.oracle.chosen_again(words)
            if not isinstance(await self.world.act(comparing.restore(record.local_id, given_up)), MailError):
                self.oracle.given_up(theirs, mine)

    async def _adopt(self, step: Step) -> None:
        rows = []
        for account in self.world.ground.accounts:
            for item in self.world.server.in_folder(account.address, "drafts"):
                if self.world.window.messages.by_item(account.account_id, item.item_id) is None and not item.mark:
                    ref = ItemRef(item.item_id, item.change_key)
                    rows.append(ListRow(key="row", account_id=account.account_id, ref=ref))
        if rows:
            row = rows[step.a % len(rows)]
            if step.b:
                await self.world.act(self.world.window.outbox.send([row], 0.0))
            else:
                await self.world.act(self.world.window.drafts.open_draft(row))

    # --- sending ----------------------------------------------------------------------------------------------------

    async def _send(self, step: Step) -> None:
        record = self._pick(step, lambda one: one.state in WRITABLE and not one.discarded)
        if record is not None:
            await self.world.act(self.world.window.outbox.send([record.local_id], HOLDS[step.b]))

    async def _send_several(self, step: Step) -> None:
        fit = [one.local_id for one in self.world.messages() if one.state in WRITABLE and not one.discarded]
        if fit:
            await self.world.act(self.world.window.outbox.send(fit[: step.a + 1], HOLDS[step.b]))

    async def _ready(self, step: Step) -> None:
        if (record := self._pick(step)) is not None:
            await self.world.act(self.world.window.outbox.set_ready([record.local_id]))

    async def _send_all(self, step: Step) -> None:
        await self.world.act(self.world.window.outbox.send_all_ready(None, HOLDS[step.a]))

    async def _undo(self, step: Step) -> None:
        record = self._pick(step, lambda one: one.state in {State.HELD, State.QUEUED})
        if record is not None:
            await self.world.act(self.world.window.outbox.undo([record.local_id]))

    async def _send_now(self, step: Step) -> None:
        record = self._pick(step, lambda one: one.state in {State.HELD, State.QUEUED})
        if record is not None:
            await self.world.act(self.world.window.outbox.send_now([record.local_id]))

    async def _retry(self, step: Step) -> None:
        record = self._pick(step, lambda one: one.state is State.NEEDS_ATTENTION)
        if record is not None:
            await self.world.act(self.world.window.outbox.retry([record.local_id]))

    async def _check(self, step: Step) -> None:
        if (record := self._pick(step)) is not None:
            self.world.window.outbox.check([record.local_id])
            await self.world.rest()

    async def _remove_draft(self, step: Step) -> None:
        record = self._pick(step, lambda one: "remove-draft" in self.oracle.offers(one))
        if record is not None:
            await self.world.act(self.world.window.outbox.remove_draft(record.local_id))

    async def _say_what_is_so(self, step: Step) -> None:
        """The person looks for it where the program cannot, and says what is so."""
        record = self._pick(step, lambda one: read_problem(one.problem)[0] is ProblemKind.CANNOT_BE_KNOWN)
        if record is not None and record.state is State.UNKNOWN:
            was_sent = bool(self.oracle.times_of(record, self.world.server.deliveries()))
            self.oracle.said_so.add(record.local_id)
            await self.world.act(self.world.window.outbox.settle(record.local_id, was_sent=was_sent))

    async def _sign_in(self, step: Step) -> None:
        account = self.world.ground.accounts[step.a]
        accounts = self.world.window.accounts
        trouble = accounts.trouble(account.account_id)
        if trouble is not None and trouble.kind in PAUSING:
            secret = self.world.ground.secrets.held[account.account_id]
            await self.world.act(accounts.give_secret(account.account_id, secret))

    # --- time, others, fate -----------------------------------------------------------------------------------------

    async def _wait(self, step: Step) -> None:
        seconds = WAITS[step.a]
        if seconds >= 0.1:
            self.world.window.journal.hand_over()
        await self.world.clock.advance(seconds)
        if seconds >= LATE_AFTER:
            self.world.release_late()

    async def _other_writes(self, step: Step) -> None:
        word = self._word()
        self.world.server.write(USERS[step.a], f"Theirs {word}", word, FRIEND.address)

    async def _other_edits(self, step: Step) -> None:
        item = self.world.item_of(self._pick(step))
        if item is not None:
            word = self._word()
            self.world.server.edit(item, f" {word}")
            self.oracle.wrote_elsewhere(item, word)

    async def _other_deletes(self, step: Step) -> None:
        item = self.world.item_of(self._pick(step))
        if item is not None:
            self.world.server.delete(item, ("MoveToDeletedItems", "HardDelete")[step.b])
            self.oracle.deleted_elsewhere(item)

    async def _other_sends(self, step: Step) -> None:
        item = self.world.item_of(self._pick(step))
        if item is not None:
            self.world.server.send(item)
            self.world.asked_to_send = True
            self.oracle.sent_elsewhere(item)

    async def _trouble(self, step: Step) -> None:
        name, operation = ALL_NAMES[step.a], OPERATIONS[step.b]
        kinds = self.world.ground.kinds
        rules = [
            rule_for(name if kinds[user] is BackendKind.GRAPH else at_ews(name), operation, step.c, user)
            for user in USERS
        ]
        await self.world.let_go()
        self.world.note_fired()
        self.world.set_rules([*self.world.rules[-4:], *rules], name)

    async def _calm(self, step: Step) -> None:
        del step
        await self.world.let_go()
        self.world.note_fired()
        self.world.set_rules([])

    async def _kill_window(self, step: Step) -> None:
        if step.a == 0:
            await self.world.kill_window(step.c)
        else:
            self.world.window.life.fuse = Fuse(step.a, PHASES[step.b])

    async def _kill_engine(self, step: Step) -> None:
        self.world.engine_fuse = Fuse(step.a + 1, PHASES[step.b])
