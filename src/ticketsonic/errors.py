"""What a request can be refused with: the messages and statuses of contract.md §1, and nothing beside them."""

import functools
from collections.abc import Sequence
from typing import Any, ClassVar

import msgspec
from msgspec import Struct


class FieldError(Struct, frozen=True):
    """One refused field, for the `errors` of an answer."""

    field: str
    reason: str


class Refusal(Exception):
    """A request is refused and has changed nothing. A subclass is one row of the contract's table."""

    status: ClassVar[int] = 400
    message: ClassVar[str]
    retry_after_seconds: ClassVar[int | None] = None

    def __init__(self, errors: Sequence[FieldError] = ()) -> None:
        super().__init__(self.message)
        self.errors = tuple(errors)

    @functools.cached_property
    def body(self) -> bytes:
        """The JSON of its answer, in the one shape of an error, with `errors` where they help.

        Spelled once: when a sale is over, thousands are refused with the same words.
        """
        answer: dict[str, Any] = {"status": "error", "message": self.message}
        if self.errors:
            answer["errors"] = self.errors
        return msgspec.json.encode(answer)


class UnknownUser(Refusal):
    """X-Api-UserID is missing or not an account."""

    message = "unknown user"


class UnknownKey(Refusal):
    """X-API-Key is missing, wrong, expired or revoked."""

    message = "unknown key"


class NotAllowedForKey(Refusal):
    """The key is right, its scope does not reach this far."""

    status = 403
    message = "not allowed for this key"


class InvalidEventId(Refusal):
    """ticket/new, ticket/list: no such event in this account."""

    message = "invalid event id"


class EventOwnershipFailure(Refusal):
    """event/edit: no such event in this account."""

    message = "event ownership verification failure"


class TicketOwnershipFailure(Refusal):
    """ticket/edit: no such SKU in this account."""

    message = "ticket ownership verification failure"


class InvalidStockOrSku(Refusal):
    """order/new: a line cannot be served; `errors` names the lines."""

    message = "invalid stock or sku"


class DuplicatedRequest(Refusal):
    """The request hash was used before by this operation, or the Idempotency-Key with another body."""

    message = "duplicated request"


class DuplicatedOrder(Refusal):
    """order/new: the request hash was used before."""

    message = "duplicated order"


class InvalidSensitive(Refusal):
    """ticket/validate: whatever was given is not a ticket of this account."""

    message = "invalid sensitive"


class InvalidRequest(Refusal):
    """Not JSON, a required field is missing, or a value is refused; `errors` names every such field."""

    message = "invalid request"


class RequestTimedOut(InvalidRequest):
    """The request arrived too slowly to wait for the rest of it."""

    status = 408


class NotFound(Refusal):
    """No such path."""

    status = 404
    message = "not found"


class MethodNotAllowed(Refusal):
    """The path is there, the method is not."""

    status = 405
    message = "method not allowed"


class RequestTooLarge(Refusal):
    """Body or headers are over their limit."""

    status = 413
    message = "request too large"


class TooManyRequests(Refusal):
    """The caller asks too often."""

    status = 429
    message = "too many requests"
    retry_after_seconds = 5


class ErrorFetchingData(Refusal):
    """An unexpected fault of ours. Says nothing of what it was."""

    status = 500
    message = "error fetching data"


class TemporarilyUnavailable(Refusal):
    """Database away or overload. The same hash may be sent again."""

    status = 503
    message = "temporarily unavailable"
    retry_after_seconds = 1


class ErrorAnswer(Struct, omit_defaults=True):
    """The one shape of every error under `/v1`."""

    message: str
    status: str
    errors: list[FieldError] | None = None
