"""Open files: each connection is one, and where none is left even the database's cannot be opened.

A login's default is often 1,024 with leave to raise it (2^19 under systemd): so it is raised, and where that is not
enough, fewer connections are taken. A crowd of idle clients can then never keep the database from those who buy.
"""

import resource

RESERVED_FILES = 256
"""For listening, the database, the metrics, the processes that draw badges, logs."""
FEWEST_CONNECTIONS = 8


def connections_within_open_files(wanted: int) -> int:
    """Raise the limit of open files to what so many connections need; returns how many can be had.

    A connection over that number is open for as long as it takes to refuse it: as many again are reckoned with.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = 2 * wanted + RESERVED_FILES
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return wanted
    raised = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (raised, hard))
    except (ValueError, OSError):  # macOS has a second limit, which it does not tell
        raised = soft
    return max(FEWEST_CONNECTIONS, min(wanted, (raised - RESERVED_FILES) // 2))
