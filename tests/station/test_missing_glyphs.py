"""A badge with a character that no font has: the station says whose it is while it lists it (issue 5)."""

from playwright.sync_api import Browser

from tests.browser import open_context
from tests.portal.conftest import on_one_database
from tests.station.desk import Desk, is_asked, open_page, take_paper, until

pytestmark = on_one_database


def test_the_page_says_of_whom_to_look_at_the_badge_also_once_the_next_one_is_printed(
    browser: Browser, desk: Desk
) -> None:
    with open_context(browser) as context:
        page = open_page(context, desk.link)
        for name in ("Ulfilas \U00010330", "Ada"):
            desk.admit(name)
            until(lambda: is_asked(page))
            assert take_paper(page) is not None
            page.locator("#recent li", has_text=name).wait_for()
        listed = page.locator("#recent li").all_text_contents()
        assert ["look at it" in line for line in listed] == [False, True]
    (job,) = [job for job in _jobs(desk) if job["detail"]]
    assert job["detail"] == "No font of the server has U+10330: an empty box on the badge."


def _jobs(desk: Desk) -> list[dict[str, str]]:
    jobs: list[dict[str, str]] = desk.tenant.get("print/jobs", x_api_eventid=str(desk.event_id)).json()["print_jobs"]
    return jobs
