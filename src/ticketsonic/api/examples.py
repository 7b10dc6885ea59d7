"""One example for each request body, answer and header of the API: they tell one story, of one event.

The answers, and the ids in them, are those that a run of the developer centre's samples gave: `make samples` writes
them to `recorded.json`, and tests/samples holds the samples of every language to them. tests/openapi holds each
example against the schema it stands beside.
"""

import importlib.resources
from collections.abc import Mapping
from typing import Any

import msgspec

RECORDED: Mapping[str, Any] = msgspec.json.decode(
    importlib.resources.files("ticketsonic.api").joinpath("recorded.json").read_bytes()
)
_VALUES: Mapping[str, str] = RECORDED["values"]

EVENT_ID = _VALUES["event_id"]
SKU = _VALUES["sku"]
REQUEST_HASH = _VALUES["request_hash"]
CODE = _VALUES["code"]
BARCODE = _VALUES["barcode"]
CANCELLED_BARCODE = _VALUES["cancelled_barcode"]
"""Another ticket than BARCODE's: what was admitted cannot be cancelled."""
CANCELLED_HASH = _VALUES["cancelled_hash"]
"""And a third order."""
PRINTER_ID = _VALUES["printer_id"]
PRINT_JOB_ID = _VALUES["print_job_id"]
USER_ID = "organiser@example.com"
"""The account that `make run` makes."""
TITLE = "Regular pass"
START = 1798794000
_CUSTOMER, _COMPANY = "Ada Lovelace", "Analytical Engines"

HEADERS = {
    "X-Api-UserID": USER_ID,
    "X-API-Key": "2aa1018477f4ecfb3db107c9f50166e9",
    "X-API-EventID": EVENT_ID,
    "X-API-SKU": SKU,
    "X-API-RequestHash": REQUEST_HASH,
    "X-API-Ticket": BARCODE,
    "Idempotency-Key": "d2a7c3f0-5b1e-4f4e-9a55-0f5e6a1c7b42",
}
QUERIES = {
    "request_hash": REQUEST_HASH,
    "format": "png",
    "primary_text": _CUSTOMER,
    "secondary_text": _COMPANY,
    "state": "admitted",
    "part": "1",
    "job_state": "waiting",
    "before": "9223372036854775807",
}

_TYPE = {"primary_text_pl": TITLE, "price": 20.5, "currency": "EUR", "stock": 100}

BODIES: dict[str, dict[str, Any]] = {
    "event/new": {
        "request_hash": "0d5f8e2a74b19c36",
        "primary_text_pl": "Dinosaurs",
        "primary_text_sl": "Dinosaurios",
        "secondary_text_pl": "Three halls of bones, and one egg.",
        "start_datetime": START,
        "location": "Natural History Museum",
        "tickets": [_TYPE],
        "badge": {"badge_size": "A6", "badge_primary_text_fontsize": 45, "badge_primary_text_color": "#0A0b0C"},
    },
    "event/edit": {
        "request_hash": "b5e1c7a90d3f4826",
        "location": "Town Hall",
        "badge": {"badge_secondary_text_vertical_offset": 12.5},
    },
    "ticket/new": {"request_hash": "40f2d98be671a35c", **_TYPE, "primary_text_pl": "Children's pass", "price": "12.50"},
    "ticket/edit": {"request_hash": "7c06e1d5b93f28a4", "price": 25, "stock": 80},
    "order/new": {
        "request_hash": REQUEST_HASH,
        "order_details": {"primary_text_pl": _CUSTOMER, "secondary_text_pl": _COMPANY},
        "tickets": [{"sku": SKU, "stock": 1}],
    },
    "ticket/validate": {"ticket_sensitive": CODE},
    "ticket/cancel": {"request_hash": "e19f4b07c8d2a365", "ticket_sensitive": CANCELLED_BARCODE},
    "printer/new": {"request_hash": "e81d5c07a2b94f63", "name": "Hall A, left", "kind": "station"},
    "printer/remove": {"request_hash": "1f6a90d3c75b28e4", "printer_id": PRINTER_ID},
    "ticket/reprint": {"request_hash": "5b0e92d7c4f1a836", "ticket_sensitive": BARCODE},
    "print/resolve": {"request_hash": "c27f5e18a0d3b649", "print_job_id": PRINT_JOB_ID, "outcome": "cancelled"},
    "order/cancel": {"request_hash": "83a6d0f5172be94c", "order_request_hash": CANCELLED_HASH},
}

ANSWERS: Mapping[str, Any] = RECORDED["answers"]
