"""Which batches wait for those who ask again: where nothing is lost by it (docs/decisions/0017)."""

import asyncio
from pathlib import Path

from prometheus_client import REGISTRY

from ticketsonic.api.engine import Engine, open_engine
from ticketsonic.checkin.admitting import NO_TICKET, Scan
from ticketsonic.database import Database
from ticketsonic.database.migrating import migrate
from ticketsonic.identifiers import barcode_bytes
from ticketsonic.settings import Settings
from ticketsonic.tickets.codes.payload import CodePayload


def scan(barcode: int) -> Scan:
    """Hold up a code of an account that there is not."""
    payload = CodePayload(barcode_bytes(barcode), 1, 1, 0, None, None)
    return Scan(account_id=1, api_key_id=1, payload=payload, key_number=1, idempotency=None)


def batches() -> float:
    return REGISTRY.get_sample_value("ticketsonic_batch_size_count", {"committer": "admissions"}) or 0.0


async def scan_again_behind_another(engine: Engine) -> None:
    """Scan two codes at one gate, each as soon as it may, and one at another gate, which comes during the first."""

    async def gate() -> None:
        assert await engine.admissions.submit(scan(1)) == NO_TICKET
        await asyncio.sleep(0)  # a turn of the loop, in which a connection reads what comes
        assert await asyncio.create_task(engine.admissions.submit(scan(3))) == NO_TICKET

    first = asyncio.create_task(gate())
    await asyncio.sleep(0)  # it is asked
    await asyncio.sleep(0)  # and taken
    second = asyncio.create_task(engine.admissions.submit(scan(2)))
    assert await second == NO_TICKET
    await first


def test_admissions_gather_where_the_database_is_in_the_process_and_not_where_it_is_waited_for(
    fresh_database_url: str, tmp_path: Path
) -> None:
    async def main() -> float:
        database = Database(fresh_database_url)
        await migrate(database)
        await database.close()
        engine = open_engine(Settings(database=fresh_database_url, data_dir=tmp_path), lambda: False)
        try:
            await asyncio.wait_for(scan_again_behind_another(engine), 10)  # opens what is opened once
            before = batches()
            await asyncio.wait_for(scan_again_behind_another(engine), 10)
            return batches() - before
        finally:
            await engine.close()

    gathers = fresh_database_url.startswith("sqlite:")
    assert asyncio.run(main()) == (2 if gathers else 3)
