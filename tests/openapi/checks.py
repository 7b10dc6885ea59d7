"""What Schemathesis is told to check beside its own: loaded by its command line from schemathesis.toml.

Its positive_data_acceptance has to let 400 pass, since v1 answers it to a well-formed request for an unknown event
or SKU. So that this hides nothing, a well-formed request may get 400 for such a reason alone. And v1 answers 400,
not 401, to wrong credentials, where its ignored_auth looks for 401: here is the same question in v1's words.
"""

from typing import Any

import requests
import schemathesis
from schemathesis import Case, CheckContext, HookContext, Response
from schemathesis.core.parameters import ParameterLocation

from ticketsonic.events.jpeg import BEYOND_A_PATTERN
from ticketsonic.events.ticket_types import STOCK_BEYOND_BOUNDS, STOCK_TWICE
from ticketsonic.orders.cancelling import ADMITTED, NO_SUCH_ORDER, SOME_ADMITTED
from ticketsonic.printing.reprinting import CANCELLED_TICKET, NO_JOB, NOT_UNCERTAIN, NOT_WAITING

WHAT_NO_SCHEMA_SAYS = {
    "must not be before start_time",  # one field against another
    "is required, or request_hash in the query",  # order/show: one of two parameters
    "no order has this hash",
    "no ticket of this event is on this list",
    "is beyond the last part",
    "is required of a printer of kind ipp",  # likewise
    "must not be given for kind station",
    "is neither name nor id of an API key of this account",
    "is no printer of this account",
    "an event has no more than 100 printers",
    NO_JOB,
    NOT_UNCERTAIN,
    NOT_WAITING,
    CANCELLED_TICKET,
    STOCK_TWICE,
    STOCK_BEYOND_BOUNDS,
    SOME_ADMITTED,
    ADMITTED,
    NO_SUCH_ORDER,
    *BEYOND_A_PATTERN,
}
proven: set[str] = set()
session = requests.Session()


@schemathesis.check
def a_promised_value_is_never_refused(ctx: CheckContext, response: Response, case: Case) -> None:
    if case.meta is None or case.meta.generation.mode.is_negative or response.status_code != 400:
        return
    answer = response.json()
    reasons = {error["reason"] for error in answer.get("errors", [])}
    if answer["message"] == "invalid request" and not (reasons and reasons <= WHAT_NO_SCHEMA_SAYS):
        raise AssertionError(f"the schema promises what the server refuses: {answer}")


@schemathesis.check
def a_forbidden_body_is_refused_for_what_it_is(ctx: CheckContext, response: Response, case: Case) -> None:
    """The body is judged before the event, the SKU and the hash: so none of those may hide a body that passes."""
    if case.meta is None or not case.meta.is_negative_at(ParameterLocation.BODY) or response.status_code != 400:
        return
    message = response.json()["message"]
    if message not in {"invalid request", "invalid stock or sku", "invalid sensitive", "unknown user", "unknown key"}:
        raise AssertionError(f"the schema forbids a body that is refused only as {message!r}")


@schemathesis.check
def credentials_are_asked_for(ctx: CheckContext, response: Response, case: Case) -> None:
    """Send a request that succeeded once more, without and with wrong credentials: once for each operation."""
    label = case.operation.label
    if response.status_code != 200 or label in proven or "X-API-Key" not in response.request.headers:
        return
    tries = [("X-Api-UserID", "nobody@example.com", "unknown user"), ("X-API-Key", "f" * 32, "unknown key")]
    if not case.path.endswith("/health"):
        tries += [("X-Api-UserID", None, "unknown user"), ("X-API-Key", None, "unknown key")]
    for header, value, message in tries:
        request = response.request.copy()
        request.headers.pop(header, None)
        if value is not None:
            request.headers[header] = value
        answer = session.send(request, timeout=30)
        if (answer.status_code, answer.json().get("message")) != (400, message):
            raise AssertionError(f"{header}: {value!r} got {answer.status_code} {answer.text}")
    proven.add(label)


@schemathesis.hook
def before_call(context: HookContext, case: Case, kwargs: dict[str, Any]) -> None:
    """Spell what a link takes out of a JSON number, such as event_id, as the text that a header is."""
    for name, value in list((case.headers or {}).items()):
        if isinstance(value, int):
            case.headers[name] = str(value)
