"""Everything a request may need, opened once for a process."""

import os
from collections.abc import Sequence
from dataclasses import dataclass

from ticketsonic.accounts.authentication import Authentication
from ticketsonic.accounts.signing_keys import Keyring
from ticketsonic.checkin.admitting import Scan, Scanned, admit
from ticketsonic.commits import Committer
from ticketsonic.database import Database
from ticketsonic.orders.decision import OrderRequest
from ticketsonic.orders.placing import Placed, Seller
from ticketsonic.sealing import Seal, load_secret
from ticketsonic.settings import Settings
from ticketsonic.tickets.issuing import Issuer


@dataclass(frozen=True, slots=True)
class Engine:
    """The parts of one serving process."""

    settings: Settings
    database: Database
    keyring: Keyring
    authentication: Authentication
    issuer: Issuer
    orders: Committer[OrderRequest, Placed]
    admissions: Committer[Scan, Scanned]

    async def close(self) -> None:
        """Answer what waits, then let go of everything."""
        await self.orders.stop()
        await self.admissions.stop()
        self.issuer.close()
        await self.database.close()


def open_engine(settings: Settings) -> Engine:
    """Open the parts and begin to commit. Call inside the event loop; `close` ends it."""
    database = Database(settings.database_url)
    keyring = Keyring(database, Seal(load_secret(settings)))

    async def admit_batch(scans: Sequence[Scan]) -> list[Scanned]:
        return await admit(database, scans)

    bounds = {"batch_size": settings.batch_size, "queue_length": settings.queue_length}
    engine = Engine(
        settings=settings,
        database=database,
        keyring=keyring,
        authentication=Authentication(database),
        issuer=Issuer(keyring, threads=signing_threads(settings)),
        orders=Committer("orders", Seller(database).place, **bounds),
        admissions=Committer("admissions", admit_batch, **bounds),
    )
    engine.orders.start()
    engine.admissions.start()
    return engine


def signing_threads(settings: Settings) -> int:
    """How many threads sign: none where there is a process for every core, else a thread a core."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)
    return 0 if settings.workers > 1 or cores == 1 else min(cores, 8)
