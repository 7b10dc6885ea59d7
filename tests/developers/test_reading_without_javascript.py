"""The developer centre for everybody: fast, small, in three languages and ten of code, without JavaScript."""

import time

import httpx
import pytest

from tests.developers.pages import sample_of
from tests.servers import RunningServer
from ticketsonic.developers.samples import LANGUAGES

CHAPTERS = (
    "",
    "/headers",
    "/fields",
    "/errors",
    "/tickets",
    "/events",
    "/orders",
    "/badges",
    "/printing",
    "/server",
    "/ticket-codes",
    "/idempotency",
    "/limits",
    "/changes",
    "/search?q=stock",
)
SERVER_SECONDS = 0.1
PAGE_BYTES = 100_000


@pytest.mark.parametrize("path", CHAPTERS)
@pytest.mark.parametrize("language", ["en", "bg", "es"])
def test_every_chapter_is_there_in_every_language(samples_server: RunningServer, path: str, language: str) -> None:
    answer = httpx.get(f"{samples_server.url}/developer{path}", headers={"accept-language": language})
    assert answer.status_code == 200
    assert f'<html lang="{language}">' in answer.text
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "style=" not in answer.text
    assert "<script>" not in answer.text


def test_the_first_page_is_small_and_at_once_there(samples_server: RunningServer) -> None:
    """All a browser fetches for it comes to less than 100 kB; the server needs less than 100 ms for the page."""
    with httpx.Client(base_url=samples_server.url, headers={"accept-encoding": "gzip"}) as client:
        page = client.get("/developer")
        seconds = []
        for _ in range(5):
            began = time.perf_counter()
            client.get("/developer")
            seconds.append(time.perf_counter() - began)
        assert min(seconds) < SERVER_SECONDS
        wanted = {part.partition('"')[0] for part in page.text.split('"/static/')[1:]}
        sizes = {"page": page.num_bytes_downloaded}
        for name in sorted(wanted):
            with client.stream("GET", f"/static/{name}") as answer:
                sizes[name] = sum(len(chunk) for chunk in answer.iter_raw())
    without_licences = sum(size for name, size in sizes.items() if not name.startswith("licences"))
    assert without_licences < PAGE_BYTES, sizes


def test_the_language_of_the_code_is_chosen_by_a_link_and_remembered(samples_server: RunningServer) -> None:
    with httpx.Client(base_url=samples_server.url) as client:
        assert "curl --silent" in sample_of(client.get("/developer/order/new").text)
        assert "urllib.request" in sample_of(client.get("/developer/order/new?language=python").text)
        assert "urllib.request" in sample_of(client.get("/developer/ticket/list").text)
        assert "urllib.request" in sample_of(client.get("/developer/ticket/list?language=cobol").text)


def test_each_language_has_a_link(samples_server: RunningServer) -> None:
    page = httpx.get(f"{samples_server.url}/developer/order/new").text
    for language in LANGUAGES:
        assert f'href="?language={language.name}#code"' in page
        assert sample_of(httpx.get(f"{samples_server.url}/developer/order/new?language={language.name}").text)


def test_nobody_s_hash_is_another_s(samples_server: RunningServer) -> None:
    first, second = (
        sample_of(httpx.get(f"{samples_server.url}/developer/order/new?language=http").text) for _ in range(2)
    )
    assert first != second
    assert "00000000" not in first


def test_a_search_finds_a_field_an_error_and_nothing(samples_server: RunningServer) -> None:
    def found(query: str) -> str:
        return httpx.get(f"{samples_server.url}/developer/search", params={"q": query}).text

    assert 'href="/developer/ticket/new#stock"' in found("stock")
    assert 'href="/developer/errors"' in found("duplicated order")
    assert "<li><a href" not in found("zebra crossing").partition('class="chapter"')[2].partition("</main>")[0]
    assert "&lt;script&gt;" in found("<script>")


def test_what_the_page_searches_is_json(samples_server: RunningServer) -> None:
    entries = httpx.get(f"{samples_server.url}/developer/search.json").json()
    assert len({entry["id"] for entry in entries}) == len(entries) > 100
    assert {"title", "url", "place", "text"} < set(entries[0])
