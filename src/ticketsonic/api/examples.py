"""One example for each request body, answer and header of the API: they tell one story, of one event.

tests/openapi holds each of them against the schema it stands beside.
"""

from typing import Any

from ticketsonic.events.badge import DEFAULTS

EVENT_ID = 664609393
SKU = "413-453963"
REQUEST_HASH = "9b46985cb12506fd"
TITLE = "Regular pass"
START = 1798794000
_PUBLIC_KEY = (
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDEqMpQ3hT3sYHW9C0R8YAcHEZy\n"
    "d017erNsTiuFiTHQaEtHIjWrGCcYQTXBb/qLiJW/IN6dldncBemhDPsLMqZImOSL\n"
    "xlludQiJLA9DqcKXkWc7ogDVavU6Cf7KqNZapKPgCWGx/rTm95KUce8PMzIz9mDW\n"
    "GhDdC2Xf9zwFHuG43QIDAQAB"
)
_CODE = (
    "rDsAPDI0qrgjHPaydRS7oZ1tTwpLCafsS74k2fN/iSm8YMZ3zsoMw2r4aw2LImulOiK2F7tcvXot4fWM9XyH9t8L"
    "w31amsB4IMsAN5wvUFPd3r0fCcJrmEG5HeiMIYyMyPvlXa2Hsla83uDDTYs0owohuIKt3fj3XgVjm+LVzfA="
)
_CUSTOMER, _COMPANY = "Ada Lovelace", "Analytical Engines"

HEADERS = {
    "X-Api-UserID": "shop@example.com",
    "X-API-Key": "2aa1018477f4ecfb3db107c9f50166e9",
    "X-API-EventID": str(EVENT_ID),
    "X-API-SKU": SKU,
    "X-API-RequestHash": REQUEST_HASH,
    "X-API-Ticket": "0f3a9c51d2e4b687",
    "Idempotency-Key": "d2a7c3f0-5b1e-4f4e-9a55-0f5e6a1c7b42",
}
QUERIES = {
    "request_hash": REQUEST_HASH,
    "format": "png",
    "primary_text": _CUSTOMER,
    "secondary_text": _COMPANY,
    "state": "admitted",
    "part": "1",
}

_TYPE = {"primary_text_pl": TITLE, "price": "20.50", "currency": "EUR", "stock": 100}
_ORDERED = {
    "status": "success",
    "tickets": [
        {
            "encrypted_data": _CODE,
            "code": "rsa",
            "sku": SKU,
            "primary_text_pl": _CUSTOMER,
            "secondary_text_pl": _COMPANY,
        }
    ],
    "request_hash": REQUEST_HASH,
}

BODIES: dict[str, dict[str, Any]] = {
    "event/new": {
        "request_hash": REQUEST_HASH,
        "primary_text_pl": "Dinosaurs",
        "secondary_text_pl": "Three halls of bones, and one egg.",
        "start_datetime": START,
        "location": "Natural History Museum",
        "tickets": [_TYPE],
        "badge": {"badge_size": "A6", "badge_primary_text_fontsize": "45", "badge_primary_text_color": "#0A0b0C"},
    },
    "event/edit": {
        "request_hash": "b5e1c7a90d3f4826",
        "location": "Town Hall",
        "badge": {"badge_secondary_text_vertical_offset": 12.5},
    },
    "ticket/new": {"request_hash": "40f2d98be671a35c", "start_datetime": START, **_TYPE},
    "ticket/edit": {"request_hash": "7c06e1d5b93f28a4", "price": 250, "stock": "80"},
    "order/new": {
        "request_hash": REQUEST_HASH,
        "tickets": [{"sku": SKU, "stock": 1, "start_time": None, "end_time": None}],
        "order_details": {"primary_text_pl": _CUSTOMER, "secondary_text_pl": _COMPANY},
    },
    "ticket/validate": {"ticket_sensitive": _CODE},
}

_DONE = {"status": "success"}
ANSWERS: dict[str, dict[str, Any]] = {
    "event/new": {"status": "success", "event_id": EVENT_ID},
    "event/edit": _DONE,
    "event/list": {
        "status": "success",
        "user_public_key": _PUBLIC_KEY,
        "events": [
            {
                "event_id": str(EVENT_ID),
                "primary_text_pl": "Dinosaurs",
                "primary_text_sl": None,
                "secondary_text_pl": "Three halls of bones, and one egg.",
                "secondary_text_sl": None,
                "start_time": START,
                "end_time": None,
                "event_location": "Natural History Museum",
                "location": "Natural History Museum",
                "ticket_code": "rsa",
                "badge": {
                    **DEFAULTS,
                    "badge_primary_text_fontsize": "45",
                    "badge_primary_text_color": "#0A0b0C",
                    "badge_background_url": None,
                },
            }
        ],
    },
    "ticket/new": {"status": "success", "sku": SKU},
    "ticket/edit": _DONE,
    "ticket/list": {
        "status": "success",
        "user_public_key": _PUBLIC_KEY,
        "tickets": [
            {
                "sku": SKU,
                "price": "20.50",
                "currency": "EUR",
                "stock": 99,
                "primary_text_pl": TITLE,
                "primary_text_sl": None,
                "secondary_text_pl": None,
                "secondary_text_sl": None,
                "event_id": str(EVENT_ID),
                "start_datetime": START,
                "location": None,
            }
        ],
    },
    "order/new": _ORDERED,
    "order/show": _ORDERED,
    "ticket/validate": {
        "status": "success",
        "message": {"event_id": EVENT_ID, "price": 20.5},
        "event_id": EVENT_ID,
        "sku": SKU,
        "title": TITLE,
        "name": _CUSTOMER,
        "company": _COMPANY,
        "valid_from": START,
        "valid_until": None,
    },
    "health": _DONE,
}
