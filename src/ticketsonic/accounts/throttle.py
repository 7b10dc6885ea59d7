"""How often a sign-in may fail, by address and by account: then its answer is `too many requests`.

Only failures count and only failures are held up: the right key is let in whatever others tried before, from the
same address or for the same account. Windows are of a minute and bounded in number. Pure: the clock is handed in.
"""

WINDOW_SECONDS = 60.0
MOST_WINDOWS = 20_000


class FailureThrottle:
    """Counts failures by name, for a minute from the first one."""

    def __init__(self, most_failures: int) -> None:
        """Let `most_failures` happen a minute under one name."""
        self._most_failures = most_failures
        self._windows: dict[str, tuple[float, int]] = {}

    def fail(self, name: str, now_seconds: float) -> bool:
        """Count one failure; returns whether it is one too many."""
        began, failures = self._windows.get(name, (now_seconds, 0))
        if now_seconds - began >= WINDOW_SECONDS:
            began, failures = now_seconds, 0
        if name not in self._windows and len(self._windows) >= MOST_WINDOWS:
            self._forget(now_seconds)
        self._windows[name] = (began, failures + 1)
        return failures >= self._most_failures

    def _forget(self, now_seconds: float) -> None:
        """Make room: windows that are over go first; a flood of names then makes everyone's count begin anew."""
        current = {name: window for name, window in self._windows.items() if now_seconds - window[0] < WINDOW_SECONDS}
        self._windows = current if len(current) < MOST_WINDOWS else {}
