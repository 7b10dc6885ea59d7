"""A forgotten password: by mail where the server sends any, by the operator's link where it does not."""

from tests.portal.conftest import PostOffice, on_one_database
from tests.portal.people import ANOTHER_PASSWORD, PASSWORD, choose, fresh_email, sign_in, without_tokens
from tests.portal.visitors import Visitor, new_visitor
from tests.servers import RunningServer, Tenant


def _registered(server: RunningServer) -> tuple[Visitor, str]:
    visitor, email = new_visitor(server), fresh_email()
    visitor.send("/account/register", email=email, password=PASSWORD, again=PASSWORD)
    assert sign_in(visitor, email).status_code == 303
    return visitor, email


def test_the_mailed_link_sets_a_new_password_and_ends_every_session(
    server: RunningServer, post_office: PostOffice
) -> None:
    signed_in, email = _registered(server)
    visitor = post_office.visitor()
    assert visitor.send("/account/forgotten", email=email).status_code == 200
    link = post_office.letterbox.link()
    assert choose(visitor, link, ANOTHER_PASSWORD).headers["location"] == "/account/sign-in"
    assert post_office.letterbox.link() == "/account/forgotten"  # the address is told that its password was changed
    assert signed_in.get("/account/security").status_code == 303
    assert sign_in(visitor, email, PASSWORD).status_code == 422
    assert sign_in(visitor, email, ANOTHER_PASSWORD).status_code == 303
    assert "address confirmed" in visitor.get("/account/security").text
    assert choose_again(post_office, link) == 410


def choose_again(post_office: PostOffice, link: str) -> int:
    return post_office.visitor().get(link).status_code


@on_one_database
def test_an_unknown_address_gets_the_same_page_and_no_mail(post_office: PostOffice, alice: Tenant) -> None:
    visitor, unknown = post_office.visitor(), fresh_email()
    pages = []
    for email in (unknown, alice.user_id):
        answer = visitor.send("/account/forgotten", email=email)
        pages.append((answer.status_code, without_tokens(answer.text).replace(email, "")))
    assert pages[0] == pages[1]
    link = post_office.letterbox.link()  # the first letter there is, though the unknown one was asked for before
    assert alice.user_id in visitor.get(link).text
    assert post_office.letterbox.is_empty()


@on_one_database
def test_an_address_gets_three_mails_an_hour_and_nobody_learns_of_the_bound(
    post_office: PostOffice, alice: Tenant
) -> None:
    answers = [post_office.visitor().send("/account/forgotten", email=alice.user_id) for _ in range(4)]
    assert {answer.status_code for answer in answers} == {200}
    links = [post_office.letterbox.link() for _ in range(3)]
    assert post_office.letterbox.is_empty()
    assert [post_office.visitor().get(link).status_code for link in links] == [410, 410, 200]


@on_one_database
def test_without_mail_the_page_says_what_to_do_and_the_operators_link_works(
    server: RunningServer, alice: Tenant
) -> None:
    visitor = new_visitor(server)
    assert "ticketsonic account link --new-password" in visitor.get("/account/forgotten").text
    printed = server.command("account", "link", "--new-password", alice.user_id)
    assert choose(visitor, printed.strip().partition("9507")[2]).headers["location"] == "/account/sign-in"
    assert sign_in(visitor, alice.user_id).headers["location"] == "/account"
