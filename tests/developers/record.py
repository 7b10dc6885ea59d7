"""`make samples`: run the Python samples against a fresh server, twice, and keep the answers for the pages.

What differs between the two runs is another value each time, and is masked where tests hold a run to the record.
"""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.developers.runtimes import RUNTIMES
from tests.developers.story import Story, leaves, route_of
from tests.servers import RunningServer
from ticketsonic.api import examples
from ticketsonic.app import ROUTES

RECORD = Path(__file__).parents[2] / "src/ticketsonic/api/recorded.json"


def main() -> None:
    """Write the record."""
    with tempfile.TemporaryDirectory() as folder, RunningServer.start(f"sqlite:///{folder}/db", Path(folder)) as server:
        runs = []
        for _ in range(2):
            with server.new_tenant("ada") as tenant:
                runs.append(_tell(Story(tenant)))
    (values, answers), (_, others) = runs
    varies = {operation: _differing(answer, others[operation]) for operation, answer in answers.items()}
    record = {"values": values, "answers": answers, "varies": varies}
    RECORD.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n")


def _tell(story: Story) -> tuple[Mapping[str, str], dict[str, Any]]:
    """Run each sample once, what makes an event and what sells first: the others speak of it."""
    answers: dict[str, Any] = {}
    python = RUNTIMES["python"]
    first = [route_of("event/new"), route_of("order/new")]
    for route in [*first, *(route for route in ROUTES if route not in first)]:
        request = story.request(route)
        with tempfile.TemporaryDirectory() as name:
            [content] = python.run(Path(name), story, [request])
        if route.answer is not None:
            answers[route.operation] = json.loads(content)
            story.learn(route.operation, answers[route.operation])
        if route.operation == "order/new":
            for _ in range(3):  # as many as the tests have sold by now
                story.sell()
        if route.operation == "printer/new":
            story.add_printer()  # likewise
        if route.operation == "ticket/reprint":
            story.reprint()  # likewise
    named = {
        "event_id": examples.EVENT_ID,
        "sku": examples.SKU,
        "request_hash": examples.REQUEST_HASH,
        "code": examples.CODE,
        "barcode": examples.BARCODE,
        "cancelled_barcode": examples.CANCELLED_BARCODE,
        "cancelled_hash": examples.CANCELLED_HASH,
        "printer_id": examples.PRINTER_ID,
        "print_job_id": examples.PRINT_JOB_ID,
    }
    return {name: story.values[example] for name, example in named.items()}, answers


def _differing(answer: Any, other: Any) -> list[str]:
    return sorted({path for (path, one), (_, two) in zip(leaves(answer), leaves(other), strict=True) if one != two})


if __name__ == "__main__":
    main()
