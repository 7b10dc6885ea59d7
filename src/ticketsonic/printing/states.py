"""The states of a print job and what may follow what, pure (issue 5: never lost, never printed twice in silence)."""

from enum import StrEnum
from typing import Final


class State(StrEnum):
    """Where a job is. Each is a word of the API too."""

    WAITING = "waiting"
    """For a printer that is free; nothing was sent."""
    SENDING = "sending"
    """Somebody has it in hand: it may have reached the printer."""
    ACCEPTED = "accepted"
    """The printer has it and said so."""
    PRINTED = "printed"
    UNCERTAIN = "uncertain"
    """It may have come out or not, and the printer cannot say: a person looks."""
    CANCELLED = "cancelled"
    FAILED = "failed"
    """It did not come out and will not."""


class Act(StrEnum):
    """What can be done to a job."""

    TAKE = "take"
    RELEASE = "release"
    """Put it back: it is certain that nothing came out, and nothing will."""
    ACCEPT = "accept"
    PRINT = "print"
    DOUBT = "doubt"
    FAIL = "fail"
    CANCEL = "cancel"
    CONFIRM = "confirm"
    """A person saw the badge."""
    DENY = "deny"
    """A person saw none."""


FOLLOWS: Final[dict[Act, dict[State, State]]] = {
    Act.TAKE: {State.WAITING: State.SENDING},
    Act.RELEASE: {State.SENDING: State.WAITING, State.ACCEPTED: State.WAITING},
    Act.ACCEPT: {State.SENDING: State.ACCEPTED},
    Act.PRINT: {State.SENDING: State.PRINTED, State.ACCEPTED: State.PRINTED},
    Act.DOUBT: {State.SENDING: State.UNCERTAIN, State.ACCEPTED: State.UNCERTAIN},
    Act.FAIL: {State.SENDING: State.FAILED, State.ACCEPTED: State.FAILED},
    Act.CANCEL: {State.WAITING: State.CANCELLED, State.ACCEPTED: State.CANCELLED},
    Act.CONFIRM: {State.UNCERTAIN: State.PRINTED},
    Act.DENY: {State.UNCERTAIN: State.FAILED},
}
"""Only what stands here happens. From `uncertain` nothing leads but a person's word."""

STATES: Final = tuple(State)
OPEN: Final = (State.WAITING, State.SENDING, State.ACCEPTED, State.UNCERTAIN)
"""What is not over yet: the index print_jobs_open_idx holds these."""
IN_HAND: Final = (State.SENDING, State.ACCEPTED)
"""What somebody has taken, until his lease ends."""


def may(act: Act, state: State) -> bool:
    """Whether an act may be done to a job in this state."""
    return state in FOLLOWS[act]


def after(act: Act, state: State) -> State:
    """Give the state after an act; raises KeyError where it may not be done."""
    return FOLLOWS[act][state]


def is_over(state: State) -> bool:
    """Whether nothing can follow."""
    return state not in OPEN
