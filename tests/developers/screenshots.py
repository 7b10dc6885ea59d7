"""Pictures of the developer centre at 375 and 1440 pixels: `make screenshots` writes them to docs/screenshots/."""

import tempfile
from pathlib import Path

from tests.browser import DESKTOP, PHONE, open_browser, open_context
from tests.portal.screenshots import _keep
from tests.servers import RunningServer

SHOWN = {"start": "/developer", "order": "/developer/order/new?language=python"}


def main() -> None:
    """Write them all."""
    with tempfile.TemporaryDirectory() as named:
        folder = Path(named)
        address = "https://tickets.example.com"
        with (
            RunningServer.start(f"sqlite:///{folder / 'shown.db'}", folder, public_url=address) as server,
            open_browser() as browser,
        ):
            for name, path in SHOWN.items():
                for width, viewport, scheme in (("1440", DESKTOP, "dark"), ("375", PHONE, "light")):
                    with open_context(browser, viewport=viewport, color_scheme=scheme) as context:
                        page = context.new_page()
                        page.goto(server.url + path, wait_until="networkidle")
                        _keep(page, f"developer-{name}-{width}")


if __name__ == "__main__":
    main()
