"""`make samples`: run the Python samples against a fresh server, twice, and keep the answers for the pages.

What differs between the two runs is another value each time, and is masked where tests hold a run to the record.
"""

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.samples.runtimes import RUNTIMES
from tests.samples.story import Answer, Story, leaves, route_of
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
                runs.append(_tell(RecordedStory(tenant)))
    (values, answers), (_, others) = runs
    varies = {operation: _differing(answer, others[operation]) for operation, answer in answers.items()}
    record = {"values": values, "answers": answers, "varies": varies}
    RECORD.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n")


@dataclass
class RecordedStory(Story):
    """A story all of which is told by samples; keeps the first answer of each request."""

    answers: dict[str, Any] = field(default_factory=dict)

    def send(self, operation: str) -> Answer:
        route = route_of(operation)
        with tempfile.TemporaryDirectory() as folder:
            [content] = RUNTIMES["python"].run(Path(folder), self, [self.request(route)])
        answer: Answer = {} if route.answer is None else json.loads(content)
        if answer:
            self.answers.setdefault(operation, answer)
        return answer


def _tell(story: RecordedStory) -> tuple[Mapping[str, str], dict[str, Any]]:
    """Do what the tests do before and while they run the samples of a language, in the same order."""
    story.prepare()
    for route in ROUTES:
        story.send(route.operation)
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
    return {name: story.values[example] for name, example in named.items()}, story.answers


def _differing(answer: Any, other: Any) -> list[str]:
    return sorted({path for (path, one), (_, two) in zip(leaves(answer), leaves(other), strict=True) if one != two})


if __name__ == "__main__":
    main()
