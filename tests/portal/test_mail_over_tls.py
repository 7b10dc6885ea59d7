"""Mail through a server as providers have it: STARTTLS or TLS with a certificate that is checked, and a password."""

import time
from pathlib import Path

import pytest

from tests.portal.conftest import on_one_database
from tests.portal.tls_letterbox import NAME, PASSWORD, StrictLetterbox, make_certificate, open_strict_letterbox
from tests.portal.visitors import new_visitor
from tests.servers import RunningServer

LOG_SECONDS = 30
pytestmark = on_one_database


def _settings(letterbox: StrictLetterbox, **more: str) -> dict[str, str]:
    return {
        "smtp_host": "127.0.0.1",
        "smtp_port": str(letterbox.port),
        "smtp_security": "starttls",
        "smtp_user": NAME,
        "smtp_password": PASSWORD,
        "mail_from": "Tickets <tickets@example.com>",
        **more,
    }


def _ask_for_a_new_password(server: RunningServer) -> None:
    with server.new_tenant("alice") as alice:
        assert new_visitor(server).send("/account/forgotten", email=alice.user_id).status_code == 200


def _wait_for_log(folder: Path, text: str) -> str:
    end = time.monotonic() + LOG_SECONDS
    while time.monotonic() < end:
        log = (folder / "server.log").read_text("utf-8")
        if text in log:
            return log
        time.sleep(0.1)
    raise AssertionError(log)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_mail_goes_over_tls_by_who_signed_in(
    fresh_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, security: str
) -> None:
    certificate = make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))  # as an operator trusts a mail server of their own
    with (
        open_strict_letterbox(certificate, starttls=security == "starttls") as letterbox,
        RunningServer.start(fresh_database_url, tmp_path, **_settings(letterbox, smtp_security=security)) as server,
    ):
        _ask_for_a_new_password(server)
        link = letterbox.link()
        assert new_visitor(server).get(link).status_code == 200
        assert letterbox.came == [True]
        assert letterbox.refused == 0


def test_a_certificate_that_nobody_vouches_for_gets_neither_password_nor_mail(
    fresh_database_url: str, tmp_path: Path
) -> None:
    with (
        open_strict_letterbox(make_certificate(tmp_path), starttls=True) as letterbox,
        RunningServer.start(fresh_database_url, tmp_path, **_settings(letterbox)) as server,
    ):
        _ask_for_a_new_password(server)
        _wait_for_log(tmp_path, "SSLCertVerificationError")
        assert letterbox.refused == 0
        assert letterbox.came == []


def test_a_password_that_is_refused_stands_in_the_log_without_itself_or_an_address(
    fresh_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with (
        open_strict_letterbox(certificate, starttls=True) as letterbox,
        RunningServer.start(fresh_database_url, tmp_path, **_settings(letterbox, smtp_password="hunter2")) as server,
    ):
        _ask_for_a_new_password(server)
        log = _wait_for_log(tmp_path, "SMTPAuthenticationError")
        assert letterbox.refused >= 1
        assert letterbox.came == []
        assert "hunter2" not in log
        assert "alice" not in log
