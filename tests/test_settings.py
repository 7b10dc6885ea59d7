"""Settings: nonsense is refused with the variable's name, and every setting is in docs/configuration.md."""

import dataclasses
import re
from pathlib import Path

import pytest

from ticketsonic.settings import InvalidSetting, Settings, load_settings, variable_of
from ticketsonic.workers import environment_of

SECRET = "0123456789abcdef-a-secret-of-mine"
DOCUMENT = (Path(__file__).parents[1] / "docs" / "configuration.md").read_text("utf-8")
ROWS = re.findall(r"^\| `(TICKETSONIC_\w+)` \| (.*?) \| (.*) \|$", DOCUMENT, re.MULTILINE)
NAMES = [item.name for item in dataclasses.fields(Settings)]


def test_every_setting_is_documented_in_the_order_of_the_code() -> None:
    assert [variable for variable, _, _ in ROWS] == [variable_of(name) for name in NAMES]


@pytest.mark.parametrize("name", NAMES)
def test_the_documented_default_is_the_one_in_force(name: str) -> None:
    documented = {variable: default for variable, default, _ in ROWS}[variable_of(name)]
    default = getattr(load_settings({}), name)
    if default is None:
        assert "`" not in documented.split(":")[0] or "data folder" in documented
    else:
        assert documented == f"`{default}`"


@pytest.mark.parametrize("name", NAMES)
def test_the_documented_bounds_of_a_number_are_the_ones_in_force(name: str) -> None:
    meaning = {variable: meaning for variable, _, meaning in ROWS}[variable_of(name)]
    bounds = re.search(r"(\d+) to (\d+)", meaning)
    if not isinstance(getattr(load_settings({}), name), int):
        assert bounds is None
        return
    assert bounds is not None
    low, high = int(bounds[1]), int(bounds[2])
    fitting = {"TICKETSONIC_DATABASE": "postgresql://127.0.0.1/x"}
    for number in (low, high):
        assert getattr(load_settings({variable_of(name): str(number), **fitting}), name) == number
    for number in (low - 1, high + 1):
        with pytest.raises(InvalidSetting, match=f"{variable_of(name)} .*is not between {low} and {high}"):
            load_settings({variable_of(name): str(number), **fitting})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *(("port", text) for text in ("http", "80.5", "1e3", "-1", "99999999999999999999")),
        ("workers", "many"),
        ("database", "mysql://localhost/x"),
        ("database", "sqlite:///"),
        ("database", "postgresql://u:p@host:port/x"),
        ("secret", "short"),
        ("secret_file", "/nowhere/secret"),
        ("data_dir", "/dev/null"),
        ("public_url", "tickets.example"),
        ("tls_certificate", "/nowhere/certificate.pem"),
        ("log_level", "loud"),
        ("log_format", "xml"),
        ("metrics", "perhaps"),
    ],
)
def test_nonsense_is_refused_with_the_name_of_the_variable(name: str, text: str) -> None:
    with pytest.raises(InvalidSetting, match=f"^{variable_of(name)} "):
        load_settings({variable_of(name): text})


def test_a_variable_of_ours_that_does_not_exist_is_refused() -> None:
    with pytest.raises(InvalidSetting, match="TICKETSONIC_PROT is no setting"):
        load_settings({"TICKETSONIC_PROT": "9507"})
    assert load_settings({"TICKETSONIC_API_KEY": "the shop's own", "PORT": "1"}).port == 9507


def test_an_empty_variable_counts_as_not_set_and_an_option_goes_before_it() -> None:
    assert load_settings({"TICKETSONIC_PORT": ""}).port == 9507
    assert load_settings({"TICKETSONIC_PORT": "1"}, port=2).port == 2
    assert load_settings({"TICKETSONIC_PORT": "1"}, port=None).port == 1


@pytest.mark.parametrize(
    "environment",
    [
        {"TICKETSONIC_SECRET": "geheim"},
        {"TICKETSONIC_DATABASE": "mysql://ada:geheim@localhost/x"},
        {"TICKETSONIC_DATABASE": "postgresql://ada:p/geheim@localhost/x"},
        {"TICKETSONIC_DATABASE": "postgresql://ada:geheim@localhost:geheim/x"},
        {"TICKETSONIC_SECRET": "geheim" * 6, "TICKETSONIC_SECRET_FILE": __file__},
    ],
    ids="+".join,
)
def test_no_secret_is_shown_in_what_is_said_about_it(environment: dict[str, str]) -> None:
    with pytest.raises(InvalidSetting) as refused:
        load_settings(environment)
    assert "geheim" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert "TICKETSONIC_" in str(refused.value)


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"TICKETSONIC_TLS_CERTIFICATE": __file__}, "TICKETSONIC_TLS_KEY"),
        ({"TICKETSONIC_TLS_KEY": __file__}, "TICKETSONIC_TLS_CERTIFICATE"),
        ({"TICKETSONIC_WORKERS": "2"}, "TICKETSONIC_WORKERS"),
        ({"TICKETSONIC_SMTP_HOST": "mail.example.com"}, "TICKETSONIC_MAIL_FROM"),
        (
            {
                "TICKETSONIC_SMTP_HOST": "mail.example.com",
                "TICKETSONIC_MAIL_FROM": "a@example.com",
                "TICKETSONIC_SMTP_USER": "a",
                "TICKETSONIC_SMTP_SECURITY": "none",
            },
            "TICKETSONIC_SMTP_SECURITY",
        ),
        ({"TICKETSONIC_SECRET": SECRET, "TICKETSONIC_SECRET_FILE": __file__}, "TICKETSONIC_SECRET"),
    ],
)
def test_what_does_not_go_together_is_refused(environment: dict[str, str], named: str) -> None:
    with pytest.raises(InvalidSetting, match=f"^{named} "):
        load_settings(environment)


@pytest.mark.parametrize(
    ("environment", "policy"),
    [
        ({}, "open"),
        ({"TICKETSONIC_HOST": "0.0.0.0"}, "closed"),
        ({"TICKETSONIC_PUBLIC_URL": "https://tickets.example"}, "closed"),
        ({"TICKETSONIC_HOST": "0.0.0.0", "TICKETSONIC_REGISTRATION": "open"}, "open"),
        ({"TICKETSONIC_REGISTRATION": "invitation"}, "invitation"),
    ],
)
def test_who_may_register_is_everybody_only_where_nobody_else_comes_by(
    environment: dict[str, str], policy: str
) -> None:
    assert load_settings(environment).registration_policy == policy


def test_a_worker_process_gets_every_setting_of_its_parent() -> None:
    given = load_settings(
        {"TICKETSONIC_DATABASE": "postgresql://ada:pass%40word@127.0.0.1/x", "TICKETSONIC_SECRET": SECRET},
        workers=2,
        port=0,
        metrics="on",
        tls_certificate=__file__,
        tls_key=__file__,
    )
    assert load_settings(environment_of(given)) == given
