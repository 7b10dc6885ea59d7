"""Running what is asynchronous, bounded in time."""

import asyncio
from collections.abc import Coroutine
from typing import Any

MOST_SECONDS = 120


def run(body: Coroutine[Any, Any, None]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(MOST_SECONDS):
            await body

    asyncio.run(bounded())
