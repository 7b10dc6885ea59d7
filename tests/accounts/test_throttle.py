"""Failed sign-ins are limited by address and by account; the right key is never held up by others' failures."""

from pathlib import Path

import pytest
from tests.servers import RunningServer, Tenant

from ticketsonic.accounts.throttle import MOST_WINDOWS, NAME_CHARACTERS, WINDOW_SECONDS, FailureThrottle


def test_it_counts_failures_by_name_and_forgets_them_after_a_minute() -> None:
    throttle = FailureThrottle(2)
    assert [throttle.fail("eve", 10.0) for _ in range(4)] == [False, False, True, True]
    assert throttle.fail("mallory", 10.0) is False
    assert throttle.fail("eve", 10.0 + WINDOW_SECONDS) is False


def test_what_is_taken_back_was_never_counted() -> None:
    throttle = FailureThrottle(2)
    throttle.forgive("eve")
    throttle.fail("eve", 1.0)
    throttle.fail("eve", 1.0)
    assert throttle.is_over("eve", 1.0)
    throttle.forgive("eve")
    assert not throttle.is_over("eve", 1.0)


def test_a_flood_of_names_does_not_grow_its_memory() -> None:
    throttle = FailureThrottle(2)
    for number in range(3 * MOST_WINDOWS):
        throttle.fail(f"name {number}", 1.0)
    assert len(throttle._windows) <= MOST_WINDOWS


def test_a_window_that_is_over_is_not_kept() -> None:
    throttle = FailureThrottle(2)
    for number in range(100):
        throttle.fail(f"name {number}", 1.0)
    throttle.fail("eve", 1.0 + WINDOW_SECONDS / 2)
    throttle.fail("eve", 1.0 + WINDOW_SECONDS)
    assert list(throttle._windows) == ["eve"]
    assert throttle.fail("eve", 1.0 + WINDOW_SECONDS) is True


def test_a_name_as_long_as_a_head_is_counted_and_not_kept() -> None:
    throttle = FailureThrottle(2)
    endless = "a" * 30_000
    assert [throttle.fail(endless, 1.0) for _ in range(3)] == [False, False, True]
    assert throttle.is_over(endless, 1.0)
    assert {len(name) for name in throttle._windows} == {NAME_CHARACTERS}


@pytest.mark.parametrize("wrong", ["key", "user"])
def test_guessing_is_answered_with_429_and_the_right_key_is_let_in_all_the_same(
    fresh_database_url: str, tmp_path: Path, wrong: str
) -> None:
    with (
        RunningServer.start(fresh_database_url, tmp_path, failures_per_minute="5") as server,
        server.new_tenant("alice") as alice,
    ):
        eve = Tenant(
            server.url,
            alice.user_id if wrong == "key" else "nobody@example.com",
            "0" * 32,
        )
        with eve.client:
            answers = [eve.get("event/list") for _ in range(12)]
        assert [answer.status_code for answer in answers] == [400] * 5 + [429] * 7
        assert {answer.json()["message"] for answer in answers[:5]} == {f"unknown {wrong}"}
        assert answers[-1].json()["message"] == "too many requests"
        assert int(answers[-1].headers["retry-after"]) > 0
        assert alice.get("event/list").status_code == 200
