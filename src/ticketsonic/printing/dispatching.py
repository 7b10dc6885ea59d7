"""What one serving process does about print jobs: it hears of them at once, and looks for what others left."""

from collections.abc import Sequence

from ticketsonic.metrics import metrics
from ticketsonic.printing.bell import Bell
from ticketsonic.printing.states import State


class Printing:
    """The printing of one serving process."""

    def __init__(self) -> None:
        self.bell = Bell()

    def start(self) -> None:
        """Begin to print. Call inside the event loop."""

    async def stop(self) -> None:
        """Send nothing more; what a printer has comes out all the same."""

    def tell(self, event_ids: Sequence[int]) -> None:
        """Hear of jobs that were just made: an event's id for each."""
        metrics.print_jobs.labels(State.WAITING.value).inc(len(event_ids))
        self.bell.ring(event_ids)
