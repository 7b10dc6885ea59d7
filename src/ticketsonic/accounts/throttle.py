"""How often a sign-in may fail, by address and by account: then its answer is `too many requests`.

Only failures count. A right API key is let in whatever others tried before, from the same address or for the same
account; a password, which can be guessed, is not even looked at (`is_over`). Windows are of a minute where nothing
else is said, and bounded in number; one that is over is forgotten with the next failure. Pure: the clock is handed in.
"""

from collections import OrderedDict

WINDOW_SECONDS = 60.0
MOST_WINDOWS = 20_000
NAME_CHARACTERS = 255
"""What is kept of a name: as sent it may have the length of a request's head."""


class FailureThrottle:
    """Counts failures by name, for a window from the first one."""

    def __init__(self, most_failures: int, window_seconds: float = WINDOW_SECONDS) -> None:
        """Let `most_failures` happen in a window under one name."""
        self._most_failures = most_failures
        self._window_seconds = window_seconds
        self._windows: OrderedDict[str, tuple[float, int]] = OrderedDict()
        """In the order that they began."""

    def fail(self, name: str, now_seconds: float) -> bool:
        """Count one failure; returns whether it is one too many."""
        name = name[:NAME_CHARACTERS]
        self._forget(now_seconds)
        if name not in self._windows and len(self._windows) >= MOST_WINDOWS:
            self._windows.clear()  # a flood of names makes everyone's count begin anew
        began, failures = self._windows.get(name, (now_seconds, 0))
        self._windows[name] = (began, failures + 1)
        return failures >= self._most_failures

    def forgive(self, name: str) -> None:
        """Take one failure back: of what was counted before it was looked at, and was none."""
        name = name[:NAME_CHARACTERS]
        if name in self._windows:
            began, failures = self._windows[name]
            self._windows[name] = (began, max(failures - 1, 0))

    def is_over(self, name: str, now_seconds: float) -> bool:
        """Whether a name has failed so often that not even the right answer is listened to: for what can be guessed."""
        began, failures = self._windows.get(name[:NAME_CHARACTERS], (now_seconds, 0))
        return failures >= self._most_failures and now_seconds - began < self._window_seconds

    def _forget(self, now_seconds: float) -> None:
        """Let windows go that are over: they would fill the memory with names that nobody asks for again."""
        while self._windows:
            began, _ = next(iter(self._windows.values()))
            if now_seconds - began < self._window_seconds:
                return
            self._windows.popitem(last=False)
