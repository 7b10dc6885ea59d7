"""What every page's answer carries: a policy without exceptions, nothing kept of what is somebody's, little weight."""

import gzip
import re
from pathlib import Path

import pytest
from tests.portal.conftest import on_one_database
from tests.portal.visitors import new_visitor, signed_in
from tests.servers import RunningServer, Tenant

import ticketsonic
from ticketsonic.portal.table import PAGES

MOST_BYTES = 100_000
OPEN = [page.path for page in PAGES if page.open and page.show and "{" not in page.path and page.path != "/"]
OWN = [page.path for page in PAGES if not page.open and page.show and "{" not in page.path]
TEMPLATES = sorted(Path(ticketsonic.__file__).parent.rglob("templates/**/*.html"))


@on_one_database
def test_every_page_has_the_strict_policy(server: RunningServer, alice: Tenant) -> None:
    stranger, visitor = new_visitor(server), signed_in(server, alice.user_id)
    for path, who in [*((path, stranger) for path in OPEN), *((path, visitor) for path in OWN)]:
        headers = who.get(path).headers
        policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
        assert policy["default-src"] == "'none'", path
        assert policy["script-src"] == policy["style-src"] == "'self'", path
        assert policy["frame-ancestors"] == policy["base-uri"] == "'none'", path
        assert "unsafe" not in headers["content-security-policy"], path
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cross-origin-opener-policy"] == "same-origin"


def test_no_page_may_allow_scripts_or_styles_of_its_own() -> None:
    for page in PAGES:
        assert not {"script-src", "style-src", "default-src"} & dict(page.allow).keys(), page.path


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: f"{path.parts[-3]}/{path.name}")
def test_no_template_has_script_or_style_within_it(template: Path) -> None:
    text = template.read_text("utf-8")
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=\"|javascript:", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert "https://" not in re.sub(r"\{#.*?#\}", "", text, flags=re.DOTALL).replace("https://www.w3.org", "")


@on_one_database
def test_what_is_somebodys_is_kept_by_nobody(server: RunningServer, alice: Tenant) -> None:
    visitor = signed_in(server, alice.user_id)
    for path in OWN:
        assert visitor.get(path).headers["cache-control"] == "no-store", path


@on_one_database
def test_a_first_page_weighs_less_than_100_kb_with_all_that_it_needs(server: RunningServer) -> None:
    visitor = new_visitor(server)
    page = visitor.client.get("/account/sign-in", headers={"accept-encoding": "gzip"})
    assert page.headers["content-encoding"] == "gzip"
    files = set(re.findall(r'(?:href|src)="(/static/[^"]+\.(?:css|js|svg))"', page.text))
    assert len(files) == 3
    weight = len(gzip.compress(page.content))
    for file in files:
        answer = visitor.client.get(file, headers={"accept-encoding": "gzip"})
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["content-encoding"] == "gzip"
        weight += int(answer.headers["content-length"])
        fonts = re.findall(r"url\((/static/inter-latin-wght[^)]+)\)", answer.text)
        weight += sum(int(visitor.get(font).headers["content-length"]) for font in set(fonts))
    assert weight < MOST_BYTES


@on_one_database
def test_a_static_file_that_is_none_is_not_found(server: RunningServer) -> None:
    visitor = new_visitor(server)
    for path in ("/static/", "/static/none.css", "/static/manifest.json", "/static/../app.py", "/static/%2e%2e/app.py"):
        assert visitor.get(path).status_code == 404, path
