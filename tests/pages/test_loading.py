"""The pages are loaded beside the first requests: who sells need not wait for them, who wants one does."""

import subprocess
import sys

from ticketsonic.app import PAGE_FOLDERS, ROUTES
from ticketsonic.pages.live import Streams
from ticketsonic.site import build_site


def test_the_application_knows_where_pages_begin_before_it_has_them() -> None:
    def no_engine() -> None:
        raise AssertionError("no page is asked for")

    assert build_site(ROUTES, no_engine, Streams()).folders == PAGE_FOLDERS  # type: ignore[arg-type]


def test_wiring_the_application_loads_no_page() -> None:
    loaded = "import sys, ticketsonic.app; print([n for n in ('jinja2', 'babel', 'pygments') if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"
