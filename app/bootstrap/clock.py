"""The real time, for the port Clock."""

from __future__ import annotations

import time


class SystemClock:
    """Seconds since the epoch, and the loop's own sleep."""

    def now(self) -> float:
        """Return seconds since the epoch."""
        return time.time()

    async def sleep(self, seconds: float) -> None:
        """Return after `seconds`."""
        import asyncio

        await asyncio.sleep(seconds)
