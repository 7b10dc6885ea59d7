"""What an operator can do something about is told in one clear line, without a traceback and without a secret."""

from collections.abc import Callable
from pathlib import Path

from tests.commands.conftest import Finished, Run, run_program
from tests.postgresql import make_postgresql_database
from tests.servers import environment_for

from ticketsonic.accounts.signing_keys import RSA_BITS

ADA = "ada@example.com"
NEW_KEY = ["key", "create", ADA, "--name"]
REFUSED = [
    (["account", "create", "Ada@Example.com", "--bits", "1024"], "has an account already"),
    (["key", "list", "bob@example.com"], "no account has the address bob@example.com"),
    (["key", "revoke", ADA, "99"], "no key 99"),
    (["key", "revoke", ADA, "9" * 30], "not in the range"),
    (["signing-key", "show", ADA, "99"], "no signing key 99"),
    (["signing-key", "revoke", ADA, "99", "--yes"], "no signing key 99"),
    (["signing-key", "revoke", ADA, "1", "--yes"], "rotate first"),
    (["signing-key", "rotate", ADA, "--code", "ed25519", "--bits", "2048"], "only rsa has sizes"),
    ([*NEW_KEY, ""], "printable characters"),
    ([*NEW_KEY, "x" * 256], "printable characters"),
    ([*NEW_KEY, "two\nlines"], "printable characters"),
    ([*NEW_KEY, "gate", "--scope", "king"], "'read', 'sales', 'door', 'full'"),
    ([*NEW_KEY, "gate", "--expires", "soon"], "is no date"),
    ([*NEW_KEY, "gate", "--expires", "2020-01-31"], "is in the past"),
    ([*NEW_KEY, "gate", "--expires", "9999-12-31T23:59:59-23:00"], "beyond the year 9999"),
    (["account", "create", ""], "is no e-mail address"),
    (["account", "create", "ada"], "is no e-mail address"),
    (["account", "create", "a b@example.com"], "is no e-mail address"),
    (["account", "create", "x" * 250 + "@example.com"], "is no e-mail address"),
]


def test_each_refusal_is_one_line_that_says_why(run_in_turn: Callable[..., list[Finished]]) -> None:
    made, *refused = run_in_turn(["account", "create", ADA, "--bits", "1024"], *(line for line, _ in REFUSED))
    assert made.code == 0
    assert "shown this once" in made.printed
    for finished, (line, said) in zip(refused, REFUSED, strict=True):
        assert said in finished.error, line


def test_a_key_size_that_is_none_is_refused_with_those_that_are(run: Run) -> None:
    error = run("account", "create", "ada@example.com", "--bits", "512").error
    assert all(str(bits) in error for bits in RSA_BITS)


def test_a_revocation_asks_before_it_acts(run: Run) -> None:
    refused = run("signing-key", "revoke", "ada@example.com", "1")
    assert refused.code == 1
    assert "Every ticket signed with this key" in refused.printed + refused.said
    assert "Aborted" in refused.said


AWAY = [
    ("postgresql://u:geheim@127.0.0.1:1/none", "cannot be reached"),
    ("postgresql://u:geheim@nowhere.invalid/none", "cannot be reached"),
    ("postgresql://u:pa/geheim@127.0.0.1/none", "TICKETSONIC_DATABASE has no number for its port"),
    ("mysql://u:geheim@127.0.0.1/none", "TICKETSONIC_DATABASE is neither"),
    ("sqlite:////dev/null/file.db", "/dev/null"),
]


def test_a_database_that_is_not_there_is_told_without_its_password(
    run_in_turn: Callable[..., list[Finished]],
) -> None:
    lines = [
        [*command, "--database", url] for command in (["account", "list"], ["serve", "--port", "0"]) for url, _ in AWAY
    ]
    for finished, (_, said) in zip(run_in_turn(*lines), AWAY * 2, strict=True):
        assert said in finished.error
        assert "geheim" not in finished.said


def test_a_role_or_database_that_postgresql_does_not_know_is_told(tmp_path: Path) -> None:
    url = make_postgresql_database()
    for wrong in (url.replace("postgres:", "nobody:", 1), url.replace("/test_", "/none_", 1)):
        refused = run_program("migrate", environment=environment_for(wrong, tmp_path))
        assert "does not exist" in refused.error


def test_a_file_that_is_no_database_is_told(run: Run, tmp_path: Path) -> None:
    (tmp_path / "letter.db").write_text("Dear Ada, " * 1000)
    assert "not a database" in run("migrate", database=f"sqlite:///{tmp_path / 'letter.db'}").error


def test_migrate_says_what_it_did(run_in_turn: Callable[..., list[Finished]]) -> None:
    assert [done.printed for done in run_in_turn(["migrate"], ["migrate"])] == ["migrated\n", "nothing to do\n"]
