"""How far a drawing process is with each of its jobs: numbers that it shares with the server, and a word to stop.

Each job has a place of its own while it waits and is drawn, given back when the process is done with it. What is
shared is made for the process as it starts; nothing of it is left behind when either is ended.
"""

import multiprocessing
from collections import deque
from collections.abc import Callable

Tell = Callable[[int], None]
"""Is told how many badges are laid out by now."""


class GivenUp(Exception):
    """Nobody waits for this job any more."""


class Places:
    """What a process and the server say to each other, by the job's place."""

    def __init__(self, count: int) -> None:
        """As many places as there may be jobs. Has to be made where the process is started."""
        context = multiprocessing.get_context("spawn")
        self._laid_out = context.RawArray("L", count)
        self._given_up = context.RawArray("b", count)

    def clear(self, place: int) -> None:
        """Make a place ready for its next job."""
        self._laid_out[place] = self._given_up[place] = 0

    def laid_out(self, place: int) -> int:
        """Say how many badges of a place's job are laid out."""
        return int(self._laid_out[place])

    def give_up(self, place: int) -> None:
        """Say to the process that nobody waits for this job."""
        self._given_up[place] = 1

    def teller(self, place: int) -> Tell:
        """Give what the process says its progress with; it raises :class:`GivenUp` where nobody waits any more."""

        def tell(badges: int) -> None:
            self._laid_out[place] = badges
            if self._given_up[place]:
                raise GivenUp

        return tell


def free_places(count: int) -> deque[int]:
    """Give the numbers of all places; taken at one end and given back at the other, from any thread."""
    return deque(range(count))
