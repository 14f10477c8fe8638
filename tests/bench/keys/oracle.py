"""The judge: holds what there is against what was meant. It shares no code with the program."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from tests.bench.keys.kept import Item
from tests.bench.keys.plan import Meant, fragments

SAFE_AFTER: Final = 1.0
"""Seconds after which what was typed has to survive the window's death (it promises 0.1)."""
STARTING: Final = 4.0
"""Seconds after a start in which what was typed may die with the window: there is no message yet to put it in."""
_ON_THEIR_WAY: Final = frozenset({"held", "queued", "sending"})
"""States in which this computer is about to send a message, or does."""
_PLACES: Final = {"drafts": "draft", "outbox": "waits", "sentitems": "sent", "deleteditems": "gone", "here": "draft"}


class Failure(NamedTuple):
    """One thing that is not as it was meant: its kind, and what was found where."""

    kind: str
    words: str


@dataclass
class Evidence:
    """Two looks at everything. `seen` is all that was on the screen when the person looked, and at the end.

    `earlier` are the words of all scenarios before this one.
    """

    before: Sequence[Item]
    after: Sequence[Item]
    here: Sequence[Item]
    deliveries: Sequence[dict[str, Any]]
    before_here: Sequence[Item] = ()
    seen: str = ""
    started_at: Sequence[float] = field(default_factory=list)
    earlier: frozenset[str] = frozenset()


class Judge:
    """Judges one scenario."""

    def __init__(self, meant: Sequence[Meant], evidence: Evidence, *, troubled: bool) -> None:
        """`troubled` says that the server did not do all that it was asked for."""
        self._meant = meant
        self._evidence = evidence
        self._troubled = troubled
        self._before = {one.item_id: one for one in evidence.before}
        self._found: dict[int, list[Item]] = defaultdict(list)
        self._went: dict[int, list[list[dict[str, Any]]]] = defaultdict(list)
        self._pieces = {one.number: fragments(one.tokens) for one in meant}
        self._bases = {one.base.item_id: one for one in meant if one.base and one.shape in {"edit", "delete"}}
        self.failures: list[Failure] = []

    def judge(self) -> list[Failure]:
        """Return everything that is wrong."""
        self._look_at_strangers()
        for item in self._new_or_changed():
            self._attribute(item)
        self._look_at_deliveries()
        for one in self._meant:
            self._judge(one)
        return self.failures

    def _fail(self, kind: str, words: str) -> None:
        self.failures.append(Failure(kind, words))

    # --- whose is what ------------------------------------------------------------------------------------------------

    def _look_at_strangers(self) -> None:
        """What was there before and is no message of this scenario's has to be there as it was."""
        now = {one.item_id: one for one in self._evidence.after}
        for item in self._evidence.before:
            if item.item_id in self._bases:
                continue
            found = now.get(item.item_id)
            if found is None:
                if not self._went_late(item):
                    self._fail("stranger gone", item.told())
            elif different := item.differs_in(found):
                what = ", ".join(f"{name}: {found.sayings().get(name, found.folder)[:80]!r}" for name in different)
                self._fail("stranger changed", f"{item.told()} now has {what}")

    def _went_late(self, item: Item) -> bool:
        """Tell whether an earlier scenario sent it, or scheduled it, and the server was slow to take it until now."""
        on_its_way = any(
            one.mark == item.mark and one.rest["state"] in _ON_THEIR_WAY for one in self._evidence.before_here
        )
        gone_on = (one.mark for one in self._evidence.after if one.folder in {"outbox", "sentitems"})
        return bool(item.mark) and on_its_way and item.mark in gone_on

    def _new_or_changed(self) -> list[Item]:
        """Return each message that is new or differs, those that are on this computer alone among them."""
        found = [
            item
            for item in self._evidence.after
            if (old := self._before.get(item.item_id)) is None or old.differs_in(item)
        ]
        old_here = {one.mark for one in self._evidence.before_here if one.mark}
        known = (
            old_here
            - {one.mark for one in self._evidence.before}
            - {one.base.mark for one in self._bases.values() if one.base}
            # Taken in by an earlier scenario, and marked on the server by this one.
            - {one.mark for one in self._evidence.before_here if one.item_id in self._bases}
        )
        ours = [one for one in found if one.item_id not in self._before or one.item_id in self._bases]
        ours = [one for one in ours if one.mark not in known]
        there = {one.mark for one in self._evidence.after if one.mark} | {one.item_id for one in self._evidence.after}
        return [one for one in ours if one.folder != "inbox"] + [
            one for one in self._evidence.here if one.mark not in old_here and _is_alone(one, there)
        ]

    def _attribute(self, item: Item) -> None:
        said = "\n".join((item.subject, item.body, *(" ".join(found) for found in item.people.values())))
        whose = [one for one in self._meant if any(piece in said for piece in self._pieces[one.number])]
        base = self._bases.get(item.item_id)
        if base is not None and base not in whose:
            whose.append(base)
        if not whose:
            # The one that was typed last: those before it were whole.
            whose = [one for one in self._meant if one.cut_at and _is_begun(item) and _is_its_beginning(item, one)][-1:]
        if len(whose) > 1:
            self._fail("wrong place", f"{item.told()} holds words of {' and of '.join(one.told() for one in whose)}")
        elif not whose:
            if _is_begun(item) and not self._was_deleted(item) and not self._is_earlier(said):
                self._fail("nobody meant it", item.told())
            return
        self._found[whose[0].number].append(item)

    def _is_earlier(self, said: str) -> bool:
        """Tell whether it is of an earlier scenario: a server that was slow brings it when its program is gone."""
        return any(word in said for word in self._evidence.earlier)

    def _was_deleted(self, item: Item) -> bool:
        """Tell whether it is in Deleted Items because a message of these words was to be thrown away."""
        gone = [one.base for one in self._meant if one.base and "gone" in one.fates]
        return item.folder == "deleteditems" and any(one.subject == item.subject for one in gone)

    def _look_at_deliveries(self) -> None:
        times: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in self._evidence.deliveries:
            times[str(row["submission"])].append(row)
        marks = {item.mark: number for number, items in self._found.items() for item in items if item.mark}
        for rows in times.values():
            subject = str(rows[0]["subject"])
            number = marks.get(str(rows[0]["marker"])) or next(
                (one.number for one in self._meant if _is_about(one, subject)), None
            )
            if number is None:
                to = ",".join(str(row["recipient"]) for row in rows)
                self._fail("sent unasked", f"{subject!r} went to {to}")
            else:
                self._went[number].append(rows)

    # --- is it as it was meant ----------------------------------------------------------------------------------------

    def _judge(self, one: Meant) -> None:
        items, went = self._found[one.number], self._went[one.number]
        self._judge_deliveries(one, went)
        if one.shape == "delete":
            self._judge_deleted(one)
            return
        places = Counter(_PLACES[item.folder] for item in items if not item.rest.get("discarded"))
        standing = places["draft"] + places["waits"] + places["sent"]
        if standing > 1:
            self._fail("more than once", f"{one.told()}: {[item.told() for item in items]}")
        elif standing == 0:
            self._judge_absent(one)
        for item in items:
            if item.folder != "deleteditems":
                self._judge_item(one, item)

    def _judge_deliveries(self, one: Meant, went: list[list[dict[str, Any]]]) -> None:
        if len(went) > 1:
            self._fail("sent twice", one.told())
        if went and "sent" not in one.fates:
            self._fail("sent unasked", f"{one.told()} went")
        if not went and one.fates == {"sent"} and one.sure and not one.cut_at and not self._troubled:
            self._fail("not sent", one.told())
        for rows in went:
            people = sorted(str(row["recipient"]).lower() for row in rows)
            if people != sorted(one.people):
                self._fail("wrong people", f"{one.told()} went to {people}")

    def _judge_deleted(self, one: Meant) -> None:
        assert one.base is not None
        there = next((item for item in self._evidence.after if item.item_id == one.base.item_id), None)
        is_draft = there is not None and there.folder == "drafts"
        if is_draft != ("draft" in one.fates) and not self._troubled and one.sure:
            words = "is still in Drafts" if is_draft else "is gone"
            self._fail("not as meant", f"{one.base.told()} {words}, and was to be {'/'.join(one.fates)}")

    def _judge_absent(self, one: Meant) -> None:
        """Nothing of it stands anywhere: right for what was thrown away, or refused with its words shown."""
        if "gone" in one.fates or (one.cut_at and not self._owed(one)):
            return
        text = one.words("subject") + one.words("body")
        if not text:
            return
        if self._is_on_its_way(one):
            if not self._troubled:
                self._fail("not saved", one.told())
            return
        missing = [word for word in one.tokens if word in text and word not in self._evidence.seen]
        if not missing and (not one.sure or one.cut_at):
            return  # what waited when the window was killed is shown by the next one
        self._fail("lost" if one.sure else "lost without a word", f"{one.told()}, {text!r}: nowhere")

    def _is_on_its_way(self, one: Meant) -> bool:
        """Tell whether this computer holds all words for an item that the server still has as it was."""
        told = (f"{item.subject}\n{item.body}" for item in self._evidence.here if not item.rest["discarded"])
        return bool(one.tokens) and any(all(word in said for word in one.tokens) for said in told)

    def _owed(self, one: Meant) -> str:
        """Return the words of a message whose window was killed that must be there all the same."""
        started = max((at for at in self._evidence.started_at if at <= one.cut_at), default=0.0)
        if not one.cut_at or one.cut_at - started < STARTING:
            return "" if one.cut_at else one.words("body")
        return one.words("subject", one.cut_at - SAFE_AFTER) + one.words("body", one.cut_at - SAFE_AFTER)

    def _is_shown(self, one: Meant, meant: str, found: str) -> bool:
        """Return whether the words that a message lacks are on the screen, where that is as good."""
        missing = [word for word in one.tokens if word in meant and word not in found]
        return not one.sure and bool(missing) and all(word in self._evidence.seen for word in missing)

    def _judge_item(self, one: Meant, item: Item) -> None:
        fate = _PLACES[item.folder]
        waits_here = item.folder == "here" and "waits" in one.fates
        if item.folder == "here" and not (self._troubled or waits_here or one.cut_at or not one.typed):
            self._fail("not saved", one.told())
        if fate not in one.fates and not (one.fates == {"gone"} and item.rest.get("discarded")):
            late = self._troubled and fate in {"draft", "waits"} and one.fates & {"sent", "draft", "waits"}
            cut = one.cut_at and fate == "draft"
            if not (late or cut or waits_here):
                self._fail("not as meant", f"{one.told()} is {item.told()}")
        if one.fates == {"gone"}:
            return
        for name, meant, found in self._compared(one, item):
            cut = one.cut_at and (meant.startswith(found) or _is_copy_cut_short(one, found))
            if meant == found or cut or self._is_shown(one, meant, found):
                continue
            kind = "words missing" if _is_part(found, meant) else "words that were not meant"
            self._fail(kind, f"{one.told()}, {name}: {found[:160]!r} and not {meant[:160]!r} [{item.folder}]")
        people = sorted(part for found in item.people.values() for part in found)
        if people != sorted(one.people):
            if one.cut_at and all(_begins_one(part, one.people) for part in people):
                return
            self._fail("wrong people", f"{one.told()} is to {people} [{item.folder}]")

    @staticmethod
    def _compared(one: Meant, item: Item) -> list[tuple[str, str, str]]:
        """Return (field, as meant, as found) for subject and text."""
        subject, body = one.words("subject"), _plain(one.words("body"))
        found = _plain(item.body)
        if one.base is None:
            return [("subject", subject.strip(), item.subject.strip()), ("text", body, found)]
        old = _plain(one.base.body)
        if one.shape in {"edit", "again"}:
            return [("subject", one.base.subject, item.subject), ("text", f"{body} {old}".strip(), found)]
        head = found[: len(body)]
        same = one.base.subject.removeprefix("RE: ")
        return [("subject", same, item.subject.removeprefix("RE: ").removeprefix("FW: ")), ("text", body, head)]


def _plain(text: str) -> str:
    return " ".join(text.split())


def _is_part(found: str, meant: str) -> bool:
    """Tell whether `found` is `meant` with signs left out, and none put in."""
    rest = iter(meant)
    return all(sign in rest for sign in found)


def _is_alone(item: Item, there: set[str]) -> bool:
    """Tell whether a message is on this computer alone, and not on its way out of the world."""
    return not item.rest.get("discarded") and item.mark not in there and item.item_id not in there


def _is_its_beginning(item: Item, one: Meant) -> bool:
    """Tell whether a message without a whole word of its own is what a kill left of one that was being typed."""
    if one.shape == "again" and one.base is not None:
        return item.subject == one.base.subject and _is_copy_cut_short(one, _plain(item.body))
    people = [part for found in item.people.values() for part in found]
    begins = one.words("subject").startswith(item.subject) and one.words("body").startswith(item.body.strip())
    return begins and all(_begins_one(part, one.people) for part in people)


def _is_copy_cut_short(one: Meant, found: str) -> bool:
    """Tell whether a text is that of a message edited as new, behind the beginning of what was typed before it."""
    old = _plain(one.base.body) if one.shape == "again" and one.base is not None else ""
    return bool(old) and found.endswith(old) and _plain(one.words("body")).startswith(found[: -len(old)].strip())


def _begins_one(part: str, people: Sequence[str]) -> bool:
    return any(whole.startswith(part) for whole in people)


def _is_begun(item: Item) -> bool:
    """Tell whether anything was written in a message: an empty one is not kept anyhow."""
    return bool(item.subject.strip() or item.body.strip() or any(any(found) for found in item.people.values()))


def _is_about(one: Meant, subject: str) -> bool:
    own = one.words("subject").strip()
    if one.base is None:
        return bool(own) and own in subject
    return one.base.subject.removeprefix("RE: ") in subject
