"""One schedule's world: a person, a window that may be killed, the real engine, and the sandbox with its troubles.

Time is the fake clock's: it goes on only while nothing is under way at disk, engine or server, so that a schedule of
minutes takes as long as its requests do.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from app.domain.account import Account, BackendKind
from app.domain.errors import AccountError, ItemRefused, MailError
from app.domain.listing import Folder, Mark
from app.domain.message import AccountId, Content, DraftUpdate, Field, ItemRef, LocalId, Options
from app.domain.outcome import LOCAL
from app.domain.record import Record
from app.domain.server_traits import BY_THE_BOOK, ServerTraits
from app.engine.client import Deadlines, EngineClient
from app.sandbox.manners import Manner
from tests.fakes.clock import FakeClock, settle
from tests.fakes.secrets import FakeSecrets
from tests.fakes.settings import FakeSettings
from tests.faults.promise.life import BEFORE, DURING, Fuse, Pending
from tests.faults.promise.server import Kept, Server
from tests.faults.promise.trouble import FORGETS, LATE, UNTIL_LET_GO, manner_rule, may_be_late
from tests.faults.promise.window import Window
from tests.graph_account import graph_account, refresh_token
from tests.protocols import on_graph
from tests.sandbox_fixture import RunningSandbox, start, stop

USERS: Final = ("clara.fontaine@contoso.com", "sofia.lindqvist@contoso.com")
DEADLINE: Final = 0.4
"""Seconds that the engine waits for what may be late, under `trouble.LATE`."""
PATIENCE: Final = 300.0
"""Seconds that it waits for everything else: a busy machine is no trouble of a schedule's."""


class WorldClock(FakeClock):
    """The fake clock; time stands still while disk, engine or server are at work."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world

    async def advance(self, seconds: float) -> None:
        end = self._now + seconds
        await self._world.rest()
        while self._sleepers and self._sleepers[0][0] <= end and not self._world.window.life.dead:
            due = self._sleepers[0][0]
            self._now = max(self._now, due)
            while self._sleepers and self._sleepers[0][0] <= due:
                sleeper = self._sleepers.pop(0) if len(self._sleepers) == 1 else _pop(self._sleepers)
                if not sleeper[2].done():
                    sleeper[2].set_result(None)
            await self._world.rest()
        self._now = end
        await self._world.rest()


def _pop(sleepers: list[Any]) -> Any:
    import heapq

    return heapq.heappop(sleepers)


class Ground:
    """What outlives a schedule: the sandbox, the engine, the loop's thread of them all."""

    def __init__(self, sandbox: RunningSandbox, kinds: Sequence[BackendKind] = (BackendKind.EWS,)) -> None:
        """Have accounts of these kinds in turn."""
        self.kinds = {user: kinds[place % len(kinds)] for place, user in enumerate(USERS)}
        over_graph = [user for user, kind in self.kinds.items() if kind is BackendKind.GRAPH]
        self.server = Server(sandbox, USERS, over_graph)
        self.server.reset()
        self.secrets = FakeSecrets()
        self.accounts = [self._account(user) for user in USERS]
        self.engine = self._new_engine()
        self.engine_deaths = 0

    def _account(self, user: str) -> Account:
        sandbox = self.server.sandbox
        known = sandbox.account(user)
        account_id = AccountId(user.partition(".")[0])
        if self.kinds[user] is BackendKind.GRAPH:
            self.secrets.held[account_id] = refresh_token(sandbox, user)
            return msgspec.structs.replace(graph_account(sandbox, user), account_id=account_id)
        self.secrets.held[account_id] = known["password"]
        return Account(account_id, user, sandbox.url, known["user"], ca_file=sandbox.ca_file)

    def _new_engine(self) -> EngineClient:
        return EngineClient(deadlines=_deadlines(PATIENCE))

    async def make_ready(self) -> None:
        """See to it that an engine runs, and is warm: the first request of one waits for its imports."""
        if self.engine_deaths > 1:
            # One that dies often is left in peace for a while by its client; here each schedule begins afresh.
            await self.engine.close()
            self.engine = self._new_engine()
            self.engine_deaths = 0
        if self.engine.pid is None:
            await self.warm_up()

    def wait_for(self, *, late: bool) -> None:
        """Let the engine wait for its next answer as long as that takes, or no longer than a `late` one may."""
        self.engine._deadlines = _deadlines(DEADLINE if late else PATIENCE)

    async def warm_up(self) -> None:
        """Start the engine and let it load what it stands on, however long that takes."""
        self.wait_for(late=False)
        for account in self.accounts:
            await self.engine.open_account(account, self.secrets.held[account.account_id])
            while not await self._is_there(account.account_id):
                continue  # killed as it came up

    async def _is_there(self, account_id: AccountId) -> bool:
        """Ask for what the engine refuses by itself: it has to be there for that, and no request is made."""
        topic = Content(options=Options(conversation_topic="none"))
        update = DraftUpdate(ItemRef("none"), topic, frozenset({Field.CONVERSATION_TOPIC}))
        words = (await self.engine.update(account_id, [update]))[0].words
        there = words is not None and words.response_class == LOCAL
        if there and account_id in self._over_graph:
            # The first request of an engine fetches a token, which is not what is to be late.
            with contextlib.suppress(AccountError, ItemRefused):
                await self.engine.locate(account_id, [Mark("none", "")], [Folder.DRAFTS])
        return there

    @property
    def _over_graph(self) -> list[AccountId]:
        return [one.account_id for one in self.accounts if one.backend is BackendKind.GRAPH]

    def as_sent(self, rule: dict[str, Any]) -> list[dict[str, Any]]:
        """Return a rule as the server is told it: by the names of the protocol that its user speaks."""
        return on_graph(rule) if self.kinds.get(rule.get("user", "")) is BackendKind.GRAPH else [rule]

    async def close(self) -> None:
        """End the engine."""
        await self.engine.close()
        self.server.close()


@contextlib.contextmanager
def standing_ground(
    kinds: Sequence[BackendKind] = (BackendKind.EWS,),
) -> Iterator[tuple[asyncio.Runner, Ground]]:
    """Give one sandbox, one engine and one loop for many schedules; all end with the block."""
    sandbox = start()
    with asyncio.Runner() as runner:

        async def make() -> Ground:
            return Ground(sandbox, kinds)

        made = runner.run(make())
        yield runner, made
        runner.run(made.close())
    stop(sandbox)


def _deadlines(seconds: float) -> Deadlines:
    return Deadlines(write=seconds, send=seconds, read=seconds, attach=seconds)


def _known_traits(manner: str, now: float) -> ServerTraits:
    """Return what was seen of the server before the schedule: one that leaves drafts was never seen to take them."""
    takes = None if manner == "leave-draft" else True
    return msgspec.structs.replace(BY_THE_BOOK, send_takes_draft_away=takes, asked_at=now)


class World:
    """One schedule, from `begin` to `end`."""

    def __init__(
        self, ground: Ground, manner: str = "", manners: dict[str, Any] | None = None, graph_manner: str = ""
    ) -> None:
        """With `manners`, the server departs from the book in these ways, and nothing is known of it yet.

        `manner` is how it files by EWS, `graph_manner` what lies between the 202 of Graph and the copy.
        """
        self.graph_manner = graph_manner
        self.ground, self.server, self.manner, self.manners = ground, ground.server, manner, manners
        self.clock = WorldClock(self)
        self.pending = Pending()
        known = _known_traits(manner, self.clock.now()) if manners is None else ServerTraits()
        self.settings = FakeSettings(ground.accounts, known)
        self.folder = Path(tempfile.mkdtemp(prefix="promise-", dir=_memory()))
        self.window: Window
        self.rules: list[dict[str, Any]] = []
        self.met: Counter[str] = Counter()
        self.engine_fuse: Fuse | None = None
        self.lost_words: set[str] = set()
        self._first_seen: dict[LocalId, int] = {}
        self._names: list[str] = []
        self.lives = 0
        self.asked_to_send = False
        self._must_look = False
        self._time_flies = False
        self._engine_is_cold = False

    # --- lives ------------------------------------------------------------------------------------------------------

    async def begin(self) -> None:
        """Begin the first life, on an empty disk."""
        await self.ground.make_ready()
        self.server.reset()
        self.server.manners(self.manners or self._manner_of_graph())
        self.set_rules([])
        (self.folder / "0").mkdir()
        (self.folder / "files").mkdir()
        await self._live()

    def _manner_of_graph(self) -> dict[str, Any]:
        if not self.graph_manner:
            return {}
        return {self.graph_manner: True if self.graph_manner == FORGETS else UNTIL_LET_GO}

    async def _live(self) -> None:
        secrets = self.ground.secrets
        folder = self.folder / str(self.lives)
        self.window = await Window.open(
            folder, self.clock, self.pending, lambda: self.ground.engine, self._before, self.settings, secrets
        )
        await self.act(self.window.start())

    async def kill_window(self, edits_kept: int) -> None:
        """Kill the window, wherever it is, and start it again on what it left."""
        self.met["window killed"] += 1
        self.lives += 1
        lost = await self.window.bury(self.folder / str(self.lives), edits_kept)
        self.lost_words.update(lost)
        self._check_errors()
        self._must_look = True
        await self._live()

    async def revive(self) -> None:
        """Start the window again where its fuse has burnt down."""
        while self.window.life.dead:
            await self.kill_window(0)

    async def end(self) -> None:
        """Clear up."""
        try:
            await self.window.end()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    # --- acting and resting -----------------------------------------------------------------------------------------

    async def act(self, work: Any) -> Any:
        """Let the window do something, and everything that follows from it at once; None where it died of it."""
        task = self.window.spawn(work, "person")
        await self.rest()
        if not task.done():
            # It sleeps until later (a second look for a lost save, say); its end is looked at with the others'.
            return None
        if task.cancelled():
            return None
        error = task.exception()
        if isinstance(error, MailError):
            self.window.spawn.errors.remove(error)
            return error
        self._check_errors()
        return task.result()

    async def rest(self) -> None:
        """Return when nothing is under way any more: all sleep, or wait for the person."""
        while True:
            await settle()
            if self.pending.works:
                await asyncio.wait(set(self.pending.works), return_when=asyncio.FIRST_COMPLETED)
            elif self._engine_is_cold:
                # A new one takes longer to start than requests are given here; that is not what is to be shown.
                self._engine_is_cold = False
                await self.ground.warm_up()
            elif self._must_look and not self._time_flies:
                await self._until_the_server_rests()
            else:
                break

    async def _until_the_server_rests(self) -> None:
        """A request whose asker is gone may still be on its way; a server's late answer is minutes, not years, late."""
        while self.server.under_way():  # noqa: ASYNC110 - what is waited for is in another process
            await asyncio.sleep(0.02)
        self._must_look = False

    def release_late(self) -> None:
        """Let the server do what it was asked on connections that broke."""
        self.met["done after its connection broke"] += self.server.release_late()

    async def let_go(self) -> None:
        """Wait for what was let run on while time flew."""
        self._time_flies, self._must_look = False, True
        await self.rest()

    def _check_errors(self) -> None:
        errors = [one for one in self.window.spawn.errors if not isinstance(one, MailError)]
        if errors:
            raise errors[0]

    # --- trouble ----------------------------------------------------------------------------------------------------

    def note_fired(self) -> None:
        """Count the troubles that came true under the rules in force."""
        names = [name for name, rule in zip(self._names, self.rules, strict=True) for _ in self.ground.as_sent(rule)]
        for name, rule in zip(names, self.server.rules_in_force()[-len(names) :], strict=False):
            self.met[name] += rule["fired"]

    def set_rules(self, rules: list[dict[str, Any]], name: str = "") -> None:
        """Put troubles in force, beside the server's manner."""
        self._names = [*self._names, name, name][-len(rules) :] if rules else []
        self.rules = rules
        self._time_flies = any(rule.get("seconds") == LATE and rule["operation"] == "SendItem" for rule in rules)
        self.server.faults([*manner_rule(self.manner), *(one for rule in rules for one in self.ground.as_sent(rule))])

    def _before(self, name: str) -> None:
        """A request is about to go."""
        self.asked_to_send = self.asked_to_send or name == "send"
        late = may_be_late(name, self.rules)
        self.ground.wait_for(late=late)
        if late or name == "attach":  # which a person may stop halfway
            self._must_look = True
        fuse = self.engine_fuse
        if fuse is not None and fuse.burns_down():
            self.engine_fuse = None
            self.met["engine killed"] += 1
            self.met["engine killed as files went up"] += name == "attach"
            self.ground.engine_deaths += 1
            self._must_look = True
            if fuse.when == BEFORE:
                self._kill_engine()
            else:
                asyncio.get_running_loop().call_later(0.004 if fuse.when == DURING else 0.012, self._kill_engine)

    def _kill_engine(self) -> None:
        pid = self.ground.engine.pid
        if pid is not None:
            os.kill(pid, signal.SIGKILL)
            self._engine_is_cold = True

    # --- files of the person's ---------------------------------------------------------------------------------------

    def new_file(self, name: str, size: int) -> Path:
        """Write a file of `size` bytes that says its name over and over; return where it is."""
        path = self.folder / "files" / name
        path.write_bytes(bytes_of(name, size))
        return path

    # --- what there is ----------------------------------------------------------------------------------------------

    def messages(self) -> list[Record]:
        """Return the messages of this machine, in the order in which they were first looked at.

        Their times are alike where the clock stood still, and their names are drawn anew in each run: by neither would
        a schedule mean the same messages each time.
        """
        for record in sorted(self.window.messages.all(), key=lambda one: (one.created, one.local_id)):
            self._first_seen.setdefault(record.local_id, len(self._first_seen))
        return sorted(self.window.messages.all(), key=lambda one: self._first_seen[one.local_id])

    def message(self, number: int, *, among: Any = None) -> Record | None:
        """Return a message by number, out of those that `among` takes; None where there is none."""
        known = [record for record in self.messages() if not record.moved_to]  # no list shows those
        fit = [record for record in known if among is None or among(record)]
        return fit[number % len(fit)] if fit else None

    def item_of(self, record: Record | None) -> Kept | None:
        """Return the draft of a message as the server has it."""
        if record is None:
            return None
        user = self.user_of(record.account_id)
        name = "" if record.ref is None else record.ref.item_id
        unmarked = Manner.DRAFTS_NOT_MARKED in (self.manners or {})
        drafts = [one for one in self.server.in_folder(user, "drafts") if one.is_draft or unmarked]
        return next((one for one in drafts if one.mark == record.local_id or one.item_id == name), None)

    def user_of(self, account_id: AccountId) -> str:
        """Return the address of an account."""
        return next(one.address for one in self.ground.accounts if one.account_id == account_id)

    async def content_of(self, local_id: LocalId) -> Content:
        """Return a message as this machine has it."""
        return (await self.window.store.read_with(lambda messages: messages.read_message(local_id))).content


def bytes_of(name: str, size: int) -> bytes:
    """Return the bytes of the file of this name."""
    word = f"{name} ".encode()
    return (word * (size // len(word) + 1))[:size]


def _memory() -> str | None:
    """Return a folder in memory where there is one: what is held here does not hang on how fast a disk is."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
