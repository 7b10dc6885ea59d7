"""The server with two more routes that do nothing: what our own HTTP costs before any business is done.

Run as `python -m benchmarks.noop serve …`, in one process: it is the product's server, protocol and Api class.
"""

from ticketsonic import app
from ticketsonic.__main__ import main
from ticketsonic.api.calling import Call, Route
from ticketsonic.api.orders import NewOrder, read_new_order

ANSWER = b'{"status":"success"}'


async def parsed(call: Call) -> bytes:
    """Authenticate, parse an order, and answer a constant."""
    await call.authenticate()
    read_new_order(call.body)
    return ANSWER


async def nothing(_: Call) -> bytes:
    """Answer a constant."""
    return ANSWER


ROUTES = (
    Route("POST", "bench/parsed", parsed, app.SELL, "Authenticate and parse an order", body=NewOrder),
    Route("POST", "bench/nothing", nothing, app.SELL, "Do nothing"),
)

if __name__ == "__main__":
    app.ROUTES = (*app.ROUTES, *ROUTES)  # type: ignore[assignment]
    main(prog_name="ticketsonic")
