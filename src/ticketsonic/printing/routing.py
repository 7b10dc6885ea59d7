"""Which job goes to which printer, decided at the moment it is taken: so a printer that goes leaves nothing behind.

A printer at a gate (`api_key_id`) prints what that gate's key admitted; the others of the event take the rest. What
belongs to no gate (asked for in the portal) goes to any printer where every one stands at a gate.
"""

from sqlalchemy import ColumnElement, TextClause, and_, exists, or_, text

from ticketsonic.schema import print_jobs, printers

IS_OPEN = text("print_jobs.state IN ('waiting', 'sending', 'accepted', 'uncertain')")
"""As the index print_jobs_open_idx has it, word for word: SQLite uses the index for nothing else."""


def goes_to(
    account_id: int, printer_id: int, event_id: int, api_key_id: int | None
) -> list[ColumnElement[bool] | TextClause]:
    """Spell, as conditions on print_jobs, what waits and goes to a printer that is not removed."""
    beside = printers.alias("beside")
    others = and_(beside.c.event_id == event_id, beside.c.account_id == account_id, beside.c.removed_at.is_(None))
    if api_key_id is not None:
        all_at_gates = ~exists().where(others, beside.c.api_key_id.is_(None))
        route = or_(print_jobs.c.api_key_id == api_key_id, and_(print_jobs.c.api_key_id.is_(None), all_at_gates))
    else:
        route = ~exists().where(others, beside.c.api_key_id == print_jobs.c.api_key_id)
    this = printers.alias("this")
    is_there = exists().where(
        this.c.id == printer_id,
        this.c.account_id == account_id,
        this.c.event_id == event_id,
        this.c.removed_at.is_(None),
    )
    return [
        print_jobs.c.account_id == account_id,
        print_jobs.c.event_id == event_id,
        print_jobs.c.state == "waiting",
        IS_OPEN,
        route,
        is_there,
    ]
