"""Registering: by a mail that proves the address, at once where no mail can be sent, or by invitation."""

from pathlib import Path

import pytest

from tests.portal.conftest import PostOffice, on_one_database
from tests.portal.people import ANOTHER_PASSWORD, PASSWORD, choose, fresh_email, sign_in, without_tokens
from tests.portal.visitors import new_visitor
from tests.servers import RunningServer, Tenant


@on_one_database
def test_whoever_follows_the_mail_chooses_a_password_and_is_in(post_office: PostOffice) -> None:
    visitor, email = post_office.visitor(), fresh_email()
    asked = visitor.send("/account/register", email=email.upper())
    assert (asked.status_code, email in asked.text) == (200, True)
    link = post_office.letterbox.link()
    assert email in visitor.get(link).text
    made = choose(visitor, link)
    assert made.headers["location"] == "/account"
    page = visitor.get("/account/security").text
    assert "address confirmed" in page
    assert "Welcome!" in page
    assert visitor.get(link).status_code == 410
    elsewhere = post_office.visitor()
    assert sign_in(elsewhere, email).headers["location"] == "/account"


@on_one_database
def test_a_known_address_gets_the_same_page_and_another_mail(post_office: PostOffice, alice: Tenant) -> None:
    visitor, unknown = post_office.visitor(), fresh_email()
    pages = []
    for email in (unknown, alice.user_id):
        answer = visitor.send("/account/register", email=email)
        pages.append((answer.status_code, without_tokens(answer.text).replace(email, "")))
    assert pages[0] == pages[1]
    links = [post_office.letterbox.link(), post_office.letterbox.link()]
    assert [link.partition("?")[0] for link in links] == ["/account/confirm", "/account/sign-in"]


@on_one_database
def test_a_second_mail_ends_the_first_ones_link(post_office: PostOffice) -> None:
    visitor, email = post_office.visitor(), fresh_email()
    links = []
    for _ in range(2):
        visitor.send("/account/register", email=email)
        links.append(post_office.letterbox.link())
    assert [visitor.get(link).status_code for link in links] == [410, 200]


def test_without_mail_an_account_is_made_at_once_and_its_address_is_not_confirmed(server: RunningServer) -> None:
    visitor, email = new_visitor(server), fresh_email()
    assert "sends no mail" in visitor.get("/account/register").text
    made = visitor.send("/account/register", email=email, password=PASSWORD, again=PASSWORD)
    assert made.headers["location"] == "/account/sign-in"
    assert sign_in(visitor, email).headers["location"] == "/account"
    assert "address not confirmed" in visitor.get("/account/security").text


def test_without_mail_a_taken_address_gets_the_same_answer_and_stays_as_it_is(server: RunningServer) -> None:
    email, answers = fresh_email(), []
    for password in (PASSWORD, ANOTHER_PASSWORD):
        visitor = new_visitor(server)
        made = visitor.send("/account/register", email=email, password=password, again=password)
        answers.append((made.status_code, made.headers["location"], visitor.get("/account/sign-in").text))
    assert [without_tokens(page) for *_, page in answers[:1]] == [without_tokens(page) for *_, page in answers[1:]]
    assert answers[0][:2] == answers[1][:2]
    assert sign_in(new_visitor(server), email, ANOTHER_PASSWORD).status_code == 422
    assert sign_in(new_visitor(server), email, PASSWORD).status_code == 303


@pytest.mark.parametrize(
    ("password", "again", "said"),
    [
        ("short", "short", "at least 10 characters"),
        ("aaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaa", "more different characters"),
        ("x" * 251 + "abcdef", "x" * 251 + "abcdef", "at most 256 characters"),
        (PASSWORD, ANOTHER_PASSWORD, "not the same password"),
        ("dora.long@example.com", "dora.long@example.com", "would try your e-mail address first"),
    ],
)
@on_one_database
def test_a_password_that_will_not_do_is_told_beside_its_field(
    server: RunningServer, password: str, again: str, said: str
) -> None:
    visitor = new_visitor(server)
    answer = visitor.send("/account/register", email="dora.long@example.com", password=password, again=again)
    assert answer.status_code == 422
    assert said in answer.text
    assert 'aria-describedby="' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert password not in answer.text.replace("dora.long@example.com", "") or password == "dora.long@example.com"


@pytest.mark.parametrize("email", ["", "nobody", "a@b@c", "a b@example.com", "x" * 250 + "@example.com"])
@on_one_database
def test_what_is_no_address_is_told(server: RunningServer, email: str) -> None:
    answer = new_visitor(server).send("/account/register", email=email, password=PASSWORD, again=PASSWORD)
    assert (answer.status_code, "This is no e-mail address." in answer.text) == (422, True)


def test_by_invitation_only_the_invited_register(tmp_path: Path) -> None:
    email = fresh_email("dora")
    with RunningServer.start(f"sqlite:///{tmp_path / 'own.db'}", tmp_path, registration="invitation") as server:
        stranger = new_visitor(server)
        assert "by invitation" in stranger.get("/account/register").text
        open_form = new_visitor(server)
        token = open_form.get("/account/sign-in").text.partition('name="csrf" value="')[2].partition('"')[0]
        fields = {"csrf": token, "email": fresh_email(), "password": PASSWORD, "again": PASSWORD}
        assert open_form.client.post("/account/register", data=fields).status_code == 403
        link = server.command("account", "invite", email).strip().partition("9507")[2]
        invited = new_visitor(server)
        assert choose(invited, link).headers["location"] == "/account"
        assert email in invited.get("/account/security").text
        assert new_visitor(server).get(link).status_code == 410
