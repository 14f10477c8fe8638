"""A scene for each test; what it spawned ends with it, and no error of it is passed over."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.fakes.scene import Scene, new_scene


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    built = await new_scene()
    yield built
    await built.spawn.end()
    assert built.spawn.errors == []
