"""Tells whoever prints in this process that an event has a job, at once; what other processes made is looked for."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Self


class Bell:
    """One process's bell: rung for events, waited for by dispatcher and station pages."""

    def __init__(self) -> None:
        self._listening: dict[int | None, set[asyncio.Event]] = {}
        self._told: list[Callable[[set[int]], None]] = []

    def ring(self, event_ids: Iterable[int]) -> None:
        """Wake whoever listens for one of these events, or for all."""
        rung = set(event_ids)
        for told in self._told:
            told(rung)
        for event_id in {*rung, None}:
            for listening in self._listening.get(event_id, ()):
                listening.set()

    def tell(self, told: Callable[[set[int]], None]) -> None:
        """Call this at each ring, with the events it is rung for; it must not take long."""
        self._told.append(told)

    def listen(self, event_id: int | None = None) -> "Listening":
        """Listen for an event, or for all; a context manager, so that nobody listens for ever."""
        return Listening(self._listening, event_id)


class Listening:
    """One ear: a ring between two waits is not missed."""

    def __init__(self, ears: dict[int | None, set[asyncio.Event]], event_id: int | None) -> None:
        self._ears = ears
        self._event_id = event_id
        self._rung = asyncio.Event()

    def __enter__(self) -> Self:
        self._ears.setdefault(self._event_id, set()).add(self._rung)
        return self

    def __exit__(self, *_: object) -> None:
        ears = self._ears[self._event_id]
        ears.discard(self._rung)
        if not ears:
            del self._ears[self._event_id]

    async def wait(self, timeout_seconds: float) -> bool:
        """Wait for a ring, or for so long; returns whether it rang."""
        try:
            await asyncio.wait_for(self._rung.wait(), timeout_seconds)
        except TimeoutError:
            return False
        self._rung.clear()
        return True
