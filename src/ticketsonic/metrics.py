"""What the server counts, for Prometheus (docs/operations.md names each)."""

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

_LATENCY_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_BATCH_SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096)


class Metrics:
    """Every metric of the process, by name."""

    def __init__(self) -> None:
        self.requests: Final = Counter("ticketsonic_requests", "Requests answered", ["route", "status"])
        self.latency_seconds: Final = Histogram(
            "ticketsonic_request_seconds",
            "From the request's headers to its answer",
            ["route"],
            buckets=_LATENCY_SECONDS,
        )
        self.batch_size: Final = Histogram(
            "ticketsonic_batch_size", "Requests in one commit", ["committer"], buckets=_BATCH_SIZES
        )
        self.queue_depth: Final = Gauge(
            "ticketsonic_queue_depth",
            "Requests waiting for a commit",
            ["committer"],
            multiprocess_mode="livesum",
        )
        self.orders: Final = Counter("ticketsonic_orders", "Orders by outcome", ["outcome"])
        self.minted_codes: Final = Gauge(
            "ticketsonic_minted_codes", "Codes signed ahead of a sale", multiprocess_mode="livesum"
        )
        self.tickets: Final = Counter("ticketsonic_tickets", "Tickets issued")
        self.admissions: Final = Counter("ticketsonic_admissions", "Scans at the door by verdict", ["verdict"])
        self.database_away: Final = Counter("ticketsonic_database_away", "Batches that the database did not take")
        self.authentications: Final = Counter("ticketsonic_authentications", "Sign-ins by API key", ["outcome"])
        self.print_jobs: Final = Counter("ticketsonic_print_jobs", "Badges by the state they came to", ["state"])
        self.print_acceptance_seconds: Final = Histogram(
            "ticketsonic_print_acceptance_seconds",
            "From the admission to the printer's acceptance of its badge",
            buckets=_LATENCY_SECONDS,
        )


metrics: Final = Metrics()
