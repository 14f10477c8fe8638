"""How long the cache looks for the conversation of one message among a hundred thousand, by References."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from app.domain.listing import Folder, Place, Row
from app.domain.message import AccountId, ItemRef
from app.storage.cache import SqliteCache
from app.storage.cache_queries import conversation_ids
from app.storage.cache_thread import open_cache

pytestmark = [pytest.mark.bench, pytest.mark.timeout(300)]

MESSAGES, ASKED = 100_000, 1_000
ACCOUNT = AccountId("first")


def message(number: int) -> Row:
    """Return one of a thread of five; every other has a ConversationId too, and thirty have the same subject."""
    return Row(
        ItemRef(f"id-{number}", "1"),
        f"Subject {number % 3000}",
        "Ben; Anna",
        sent=float(number),
        preview="a few words of a message " * 5,
        message_id=f"<{number}@mailwright.example.org>",
        thread=f"<{number - number % 5}@mailwright.example.org>" if number % 5 else "",
        has_references=bool(number % 5),
        conversation=f"{number // 5:016x}" if number % 2 else "",
    )


async def test_a_conversation_is_found(tmp_path: Path) -> None:
    path = tmp_path / "cache.sqlite"
    cache = SqliteCache(path)
    for start in range(0, MESSAGES, 1_000):
        await cache.put(ACCOUNT, Place(Folder.SENT), [message(start + one) for one in range(1_000)])
    cache.close()
    sql = open_cache(path)
    chance = random.Random(1)
    took = []
    for _ in range(ASKED):
        began = time.thread_time()
        found = conversation_ids(sql, ACCOUNT, f"id-{chance.randrange(MESSAGES)}")
        took.append((time.thread_time() - began) * 1000)
        assert len(found) >= 5
    sql.close()
    took.sort()
    middle, nearly_all = took[ASKED // 2], took[ASKED * 99 // 100]
    print(f"\nprocessor time, ms: median {middle:.2f}, p99 {nearly_all:.2f}, largest {took[-1]:.2f}")
