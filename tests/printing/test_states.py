"""What may follow what, and that the database lets nothing else happen."""

import asyncio
import itertools
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.printing.stall import Stall, open_stall
from ticketsonic.printing import jobs
from ticketsonic.printing.jobs import PrinterKey, PrintJob
from ticketsonic.printing.states import FOLLOWS, IN_HAND, OPEN, STATES, Act, State, after, is_over, may

TAKERS = ("first", "second")
PEOPLE = (Act.CONFIRM, Act.DENY)
MACHINES = {
    Act.RELEASE: jobs.release,
    Act.PRINT: jobs.printed,
    Act.CANCEL: lambda database, job, taker: jobs.cancelled_there(database, job, taker, "by hand"),
    Act.FAIL: lambda database, job, taker: jobs.failed(database, job, taker, "no"),
    Act.DOUBT: lambda database, job, taker: jobs.uncertain(database, job, taker, "who knows"),
    Act.ACCEPT: lambda database, job, taker: jobs.accepted(database, job, taker, "17"),
}


def test_from_uncertain_nothing_leads_but_a_persons_word() -> None:
    assert {act for act in Act if may(act, State.UNCERTAIN)} == set(PEOPLE)


def test_what_is_over_is_over_and_all_else_can_come_to_an_end() -> None:
    for state, act in itertools.product(STATES, Act):
        if is_over(state):
            assert not may(act, state)
    reached = {State.PRINTED}
    while more := {s for s in STATES for act in Act if may(act, s) and after(act, s) in reached} - reached:
        reached |= more
    assert reached == set(OPEN) | {State.PRINTED}


def test_it_goes_back_to_wait_from_a_hand_alone_and_each_act_has_one_outcome_there() -> None:
    assert {before for before in STATES for act in Act if FOLLOWS[act].get(before) is State.WAITING} == set(IN_HAND)
    for act in MACHINES:
        assert len({FOLLOWS[act][before] for before in IN_HAND if may(act, before)}) == 1


class Jobs(RuleBasedStateMachine):
    """Two takers and a person at a few jobs: the database must follow the table, and nobody else's hand."""

    url: str

    @initialize(count=st.integers(1, 3))
    def begin(self, count: int) -> None:
        self.runner = asyncio.Runner()
        self.stall: Stall = self.run(open_stall(self.url))
        self.printer: PrinterKey = self.run(self.stall.printer())
        self.ids = [self.run(self.stall.job()) for _ in range(count)]
        self.believed = dict.fromkeys(self.ids, State.WAITING)
        self.holder: dict[int, str | None] = dict.fromkeys(self.ids)
        self.expired: set[int] = set()

    def run(self, coroutine: Any) -> Any:
        return self.runner.run(coroutine)

    def job(self, place: int) -> PrintJob:
        found: PrintJob = self.run(self.stall.find(self.ids[place % len(self.ids)]))
        return found

    @rule(taker=st.sampled_from(TAKERS), most=st.integers(1, 2))
    def take(self, taker: str, most: int) -> None:
        waiting = [number for number in self.ids if self.believed[number] is State.WAITING][:most]
        taken = self.run(jobs.take_jobs(self.stall.database, self.printer, taker, most=most))
        assert [job.job_id for job in taken] == waiting
        for number in waiting:
            self.believed[number], self.holder[number] = State.SENDING, taker

    @rule(place=st.integers(0, 2), taker=st.sampled_from(TAKERS), act=st.sampled_from(sorted(MACHINES)))
    def say(self, place: int, taker: str, act: Act) -> None:
        job = self.job(place)
        before = self.believed[job.job_id]
        done = self.run(MACHINES[act](self.stall.database, job, taker))
        assert done is (before in IN_HAND and may(act, before) and self.holder[job.job_id] == taker)
        if done:
            self.believed[job.job_id] = after(act, before)
            if after(act, before) is State.WAITING:
                self.holder[job.job_id] = None
                self.expired.discard(job.job_id)

    @rule(place=st.integers(0, 2), came_out=st.booleans())
    def person_says(self, place: int, came_out: bool) -> None:
        job = self.job(place)
        done = self.run(self._resolve(job, came_out=came_out))
        assert done is (self.believed[job.job_id] is State.UNCERTAIN)
        if done:
            self.believed[job.job_id] = after(Act.CONFIRM if came_out else Act.DENY, State.UNCERTAIN)

    async def _resolve(self, job: PrintJob, *, came_out: bool) -> bool:
        async with self.stall.database.transaction() as connection:
            return await jobs.resolve(connection, job.account_id, job.job_id, came_out=came_out, detail="looked")

    @precondition(lambda self: any(state in IN_HAND for state in self.believed.values()))
    @rule(heir=st.sampled_from(TAKERS))
    def abandon_and_adopt(self, heir: str) -> None:
        self.run(self.stall.let_leases_end())
        adopted = self.run(jobs.adopt_abandoned(self.stall.database, self.printer, heir, most=9))
        in_hand = [number for number in self.ids if self.believed[number] in IN_HAND]
        assert [job.job_id for job in adopted] == in_hand
        self.holder |= dict.fromkeys(in_hand, heir)

    @invariant()
    def the_database_says_the_same(self) -> None:
        if hasattr(self, "stall"):
            assert {job.job_id: job.state for job in self.run(self.stall.jobs())} == self.believed

    def teardown(self) -> None:
        if hasattr(self, "stall"):
            self.run(self.stall.database.close())
            self.runner.close()


def test_whatever_happens_only_what_the_table_says_happens(stall_database_url: str) -> None:
    machine = type("JobsHere", (Jobs,), {"url": stall_database_url})
    run_state_machine_as_test(machine, settings=settings(max_examples=15, stateful_step_count=20, deadline=None))
