"""The journal of the sandbox: bounded, whatever it is given to remember."""

from app.sandbox.journal import _LONGEST, BODIES, RequestLog


def kept(journal: RequestLog) -> int:
    return sum(len(one.body) for one in journal.entries() if one.body is not None)


def test_old_texts_are_forgotten_and_their_entries_stay() -> None:
    journal = RequestLog()
    for _ in range(20):
        journal.add("CreateItem", 1, "a@b.example", b"x" * (BODIES // 8))
    assert kept(journal) <= BODIES
    assert len(journal.entries()) == 20
    assert [one.body is None for one in journal.entries()[:12]] == [True] * 12


def test_a_text_that_is_larger_than_all_is_kept_until_the_next_comes() -> None:
    journal = RequestLog()
    journal.add("CreateItem", 1, "a@b.example", b"x" * (2 * BODIES))
    assert kept(journal) == 2 * BODIES
    journal.add("CreateItem", 1, "a@b.example", b"y")
    assert kept(journal) == 1


def test_entries_are_bounded_and_go_on_counting() -> None:
    journal = RequestLog()
    for _ in range(_LONGEST + 5):
        journal.add("FindItem", 1, "a@b.example", b"")
    entries = journal.entries()
    assert (len(entries), entries[0].number, entries[-1].number) == (_LONGEST, 6, _LONGEST + 5)
