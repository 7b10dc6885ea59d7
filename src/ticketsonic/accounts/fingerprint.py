"""The secret's fingerprint, kept in the database: whoever comes with another secret is sent away at once.

Otherwise a server could start, sell, and only then find that it cannot open a key; or a command could seal a key
that no server can open.
"""

from sqlalchemy import insert, select

from ticketsonic.database import Conflict, Database
from ticketsonic.schema import server_facts
from ticketsonic.sealing import Seal, WrongSecret

_NAME = "secret_fingerprint"


async def hold_secret_against(database: Database, seal: Seal) -> None:
    """Compare with the secret that the database was made with; the first to come writes it down.

    Raises :class:`WrongSecret`.
    """
    query = select(server_facts.c.value).where(server_facts.c.name == _NAME)
    async with database.reading() as connection:
        stored = (await connection.execute(query)).scalar()
    if stored is None:
        try:
            async with database.transaction() as connection:
                await connection.execute(insert(server_facts).values(name=_NAME, value=seal.fingerprint))
        except Conflict:  # another was first
            await hold_secret_against(database, seal)
    elif stored != seal.fingerprint:
        raise WrongSecret("this database was made with another secret: its signing keys cannot be opened with this one")
