"""Everything a request may need, opened once for a process."""

import asyncio
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ticketsonic.accounts.authentication import Authentication
from ticketsonic.accounts.front_door import FrontDoor, build_front_door
from ticketsonic.accounts.key_use import KeyUse
from ticketsonic.accounts.signing_keys import Keyring
from ticketsonic.badges.lanes import Lanes
from ticketsonic.checkin.admitting import Scan, Scanned, admit
from ticketsonic.commits import GATHERING_TURNS, Committer, Unsettled
from ticketsonic.database import Database
from ticketsonic.orders.decision import OrderRequest
from ticketsonic.orders.live_counts import LiveBoard
from ticketsonic.orders.placing import Placed, Seller
from ticketsonic.orders.shown_again import ShownAgain
from ticketsonic.printing.dispatching import Printing
from ticketsonic.sealing import Seal, load_secret
from ticketsonic.settings import Settings
from ticketsonic.tickets.issuing import Issuer
from ticketsonic.tickets.minting import Minter


@dataclass(frozen=True, slots=True)
class Engine:
    """The parts of one serving process."""

    settings: Settings
    database: Database
    seal: Seal
    keyring: Keyring
    authentication: Authentication
    key_use: KeyUse
    front_door: FrontDoor
    issuer: Issuer
    orders: Committer[OrderRequest, Placed]
    admissions: Committer[Scan, Scanned]
    minter: Minter
    badges: Lanes
    shown: ShownAgain
    live_board: LiveBoard
    printing: Printing

    async def close(self) -> None:
        """Answer what waits, then let go of everything."""
        await self.front_door.mailer.stop()
        await self.minter.stop()
        await self.orders.stop()
        await self.admissions.stop()
        await self.printing.stop()
        await self.key_use.stop()
        self.issuer.close()
        await asyncio.to_thread(self.badges.close)
        await self.database.close()


def open_engine(settings: Settings, is_busy: Callable[[], bool]) -> Engine:
    """Open the parts and begin to commit. Call inside the event loop; `close` ends it.

    `is_busy` says whether requests are under way: then nothing is minted ahead.
    """
    database = Database(settings.database_url)
    seal = Seal(load_secret(settings))
    keyring = Keyring(database, seal)
    key_use = KeyUse(database)
    badges = Lanes(settings)
    printing = Printing(database, badges.draw_badge, settings.allowed_printers)

    async def admit_batch(scans: Sequence[Scan]) -> list[Scanned | Unsettled]:
        return await admit(database, scans, printing.tell)

    minter = Minter(database, keyring, most_codes=settings.minted_codes, is_busy=is_busy)
    issuer = Issuer(keyring, threads=signing_threads(settings))
    bounds = {"batch_size": settings.batch_size, "queue_length": settings.queue_length}
    # While PostgreSQL writes orders they are signed; while it admits there is nothing else to do (docs/decisions/0017).
    admission_turns = GATHERING_TURNS if settings.uses_sqlite else 0
    engine = Engine(
        settings=settings,
        database=database,
        seal=seal,
        keyring=keyring,
        authentication=Authentication(database, key_use.note, failures_per_minute=settings.failures_per_minute),
        key_use=key_use,
        front_door=build_front_door(settings, database, seal, keyring),
        issuer=issuer,
        orders=Committer(
            "orders", Seller(database, minter.take, issuer.sign_batch).place, turns=GATHERING_TURNS, **bounds
        ),
        admissions=Committer("admissions", admit_batch, turns=admission_turns, **bounds),
        minter=minter,
        badges=badges,
        shown=ShownAgain(),
        live_board=LiveBoard(database),
        printing=printing,
    )
    engine.orders.start()
    engine.admissions.start()
    minter.start()
    key_use.start()
    engine.front_door.mailer.start()
    printing.start()
    return engine


def signing_threads(settings: Settings) -> int:
    """How many threads sign: none where there is a process for every core, else a thread a core."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)
    return 0 if settings.workers > 1 or cores == 1 else min(cores, 8)
