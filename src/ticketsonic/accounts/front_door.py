"""The portal's front door in one process: who gets in, who may make an account, and the mail that goes out for it."""

from dataclasses import dataclass

from ticketsonic.accounts.mail import Mailer
from ticketsonic.accounts.registering import Registering
from ticketsonic.accounts.signing_in import SigningIn
from ticketsonic.accounts.signing_keys import Keyring
from ticketsonic.accounts.throttle import FailureThrottle
from ticketsonic.database import Database
from ticketsonic.sealing import Seal
from ticketsonic.settings import Settings

MAILS_OF_ADDRESS = 20
MAILS_TO_ADDRESS = 3
MAIL_WINDOW_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class FrontDoor:
    """Its parts."""

    signing_in: SigningIn
    registering: Registering
    mailer: Mailer
    asked_from: FailureThrottle
    """Mails and registrations asked for, by the address they were asked from."""
    asked_for: FailureThrottle
    """Mails asked for, by the address they go to."""


def build_front_door(settings: Settings, database: Database, seal: Seal, keyring: Keyring) -> FrontDoor:
    """Put its parts together; `mailer.start` begins to send."""
    signing_in = SigningIn(database, seal)
    return FrontDoor(
        signing_in,
        Registering(database, keyring, signing_in.passwords),
        Mailer(settings),
        FailureThrottle(MAILS_OF_ADDRESS, MAIL_WINDOW_SECONDS),
        FailureThrottle(MAILS_TO_ADDRESS, MAIL_WINDOW_SECONDS),
    )
