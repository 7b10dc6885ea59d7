import re

from prometheus_client import REGISTRY

from tests.docs.documents import ROOT
from ticketsonic.metrics import metrics

PAGE = (ROOT / "docs" / "operations.md").read_text("utf-8")


def test_every_metric_is_named_and_every_named_one_exists() -> None:
    assert metrics
    ours = [family for family in REGISTRY.collect() if family.name.startswith("ticketsonic_")]
    names = {family.name + ("_total" if family.type == "counter" else "") for family in ours}
    listed = set(re.findall(r"^\| `(ticketsonic_\w+)` \|", PAGE, re.MULTILINE))
    assert listed == names


def test_every_alert_is_about_a_metric_that_exists() -> None:
    listed = set(re.findall(r"^\| `(ticketsonic_\w+)` \|", PAGE, re.MULTILINE))
    assert set(re.findall(r"ticketsonic_[a-z_]+", PAGE)) - listed <= {"ticketsonic_"}
