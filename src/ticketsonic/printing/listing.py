"""An event's badges on their way, with whose they are: for the people who look after them."""

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from ticketsonic.printing.routing import IS_OPEN
from ticketsonic.printing.states import OPEN, State
from ticketsonic.schema import orders, print_jobs, printers, tickets


class ListedBadge(Struct, frozen=True):
    """One print job with the name on its badge."""

    job_id: int
    kind: str
    state: str
    detail: str | None
    requested_at: int
    finished_at: int | None
    printer: str | None
    name: str | None
    company: str | None


async def list_badges(
    connection: AsyncConnection, account_id: int, event_id: int, states: Sequence[State], *, most: int
) -> list[ListedBadge]:
    """List an event's jobs in these states, the newest first."""
    chosen = [print_jobs.c.account_id == account_id, print_jobs.c.event_id == event_id, print_jobs.c.state.in_(states)]
    query = select(
        print_jobs.c.id,
        print_jobs.c.kind,
        print_jobs.c.state,
        print_jobs.c.detail,
        print_jobs.c.requested_at,
        print_jobs.c.finished_at,
        printers.c.name,
        orders.c.customer,
        orders.c.company,
    ).select_from(
        print_jobs.outerjoin(printers, printers.c.id == print_jobs.c.printer_id)
        .outerjoin(
            tickets, (tickets.c.account_id == print_jobs.c.account_id) & (tickets.c.barcode == print_jobs.c.barcode)
        )
        .outerjoin(orders, (orders.c.account_id == tickets.c.account_id) & (orders.c.id == tickets.c.order_id))
    )
    query = query.where(*chosen).order_by(print_jobs.c.id.desc()).limit(most)
    if set(states) <= set(OPEN):
        query = query.where(IS_OPEN)
    return [ListedBadge(*row) for row in await connection.execute(query)]
