"""The log: lines read once by each scenario, forbidden words, and a line that comes late."""

from __future__ import annotations

from simulator.caller.auth import Credentials
from simulator.caller.masking import MASK, Masker
from simulator.conformance.logwatch import Line, LogWatch, filled
from tests.simulator.conformance.fakes import FakeLog

KEY = "the-kassa's-secret-key"


class Watched:
    """A log with a watch over it."""

    def __init__(self, shared: bool = False) -> None:
        self.log = FakeLog()
        self.log.write("written before the run")
        self.slept: list[float] = []
        self.late: dict[int, str] = {}
        self.watch = LogWatch(
            self.log,
            Masker(Credentials("Paycom", KEY)),
            ["Traceback", "IntegrityError", "ERROR in"],
            {},
            shared=shared,
            patience_ms=100,
            sleep=self._sleep,
        )

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        if len(self.slept) in self.late:
            self.log.write(self.late[len(self.slept)])

    def broken(self, *texts: str, unsent: bool = False) -> list[tuple[str, str]]:
        """Rule and place of what is wrong with these lines."""
        reader = self.watch.reader()
        self.log.write(*texts)
        report, _ = self.watch.judge(reader.look(), unsent=unsent)
        assert report.looked_at == {"log.nothing-forbidden", "log.no-key"}
        return [(finding.rule, finding.path) for finding in report.findings]


def texts(lines: list[Line]) -> list[str]:
    return [line.text for line in lines]


def test_each_line_comes_once() -> None:
    watched = Watched()
    reader = watched.watch.reader()
    assert reader.look() == []
    watched.log.write("a", "b")
    assert texts(reader.look()) == ["a", "b"]
    assert reader.look() == []


def test_each_scenario_reads_by_itself() -> None:
    watched = Watched()
    one, two = watched.watch.reader(), watched.watch.reader()
    watched.log.write("a")
    assert texts(one.look()) == texts(two.look()) == ["a"]


def test_a_new_scenario_begins_where_the_last_one_stopped() -> None:
    watched = Watched()
    one = watched.watch.reader()
    watched.log.write("a")
    one.look()
    watched.log.write("late")
    assert texts(watched.watch.reader().look()) == ["late"]


def test_after_a_wait_what_others_have_read_is_theirs() -> None:
    watched = Watched()
    waiting, busy = watched.watch.reader(), watched.watch.reader()
    watched.log.write("of busy")
    busy.look()
    watched.log.write("of nobody yet")
    waiting.skip()
    assert texts(waiting.look()) == ["of nobody yet"]
    waiting.skip()
    assert waiting.look() == []


def test_a_line_that_is_there_is_not_waited_for() -> None:
    watched = Watched()
    reader = watched.watch.reader()
    watched.log.write("paid: 17")
    assert texts(reader.look_for("paid: 17", reader.look())) == ["paid: 17"]
    assert watched.slept == []


def test_a_late_line_is_waited_for() -> None:
    watched = Watched()
    watched.late = {2: "something else", 3: "paid: 17"}
    reader = watched.watch.reader()
    watched.log.write("first")
    seen = texts(reader.look_for("paid: 17", reader.look()))
    assert seen == ["first", "something else", "paid: 17"]
    assert len(watched.slept) == 3


def test_patience_ends() -> None:
    watched = Watched()
    assert watched.watch.reader().look_for("paid", []) == []
    assert len(watched.slept) == 6
    assert sum(watched.slept) >= 0.1


def test_forbidden_words() -> None:
    watched = Watched()
    assert watched.broken("all is well", "traceback of a parcel") == []
    assert watched.broken("fine", "Traceback (most recent call last):") == [
        ("log.nothing-forbidden", "app.log:5")
    ]
    assert len(watched.broken("IntegrityError: x", "ERROR in app")) == 2


def test_what_payme_never_sends_may_make_the_code_break_but_not_its_data() -> None:
    watched = Watched()
    assert watched.broken("Traceback", "ERROR in app", unsent=True) == []
    assert watched.broken("IntegrityError", unsent=True) == [("log.nothing-forbidden", "app.log:4")]


def test_when_scenarios_run_at_once_nobody_is_blamed_for_a_traceback() -> None:
    watched = Watched(shared=True)
    assert watched.broken("Traceback") == []
    assert len(watched.broken("IntegrityError")) == 1


TRACE = ("Traceback (most recent call last):", "  File x, line 1", "BrokenPipeError: [Errno 32]")


def test_a_trace_of_our_hanging_up_is_nobodys_fault_once_we_have_hung_up() -> None:
    watched = Watched()
    assert watched.broken(*TRACE) == [("log.nothing-forbidden", "app.log:2")]
    watched.watch.disturbed()
    assert watched.broken(*TRACE) == []


def test_other_traces_are_still_told() -> None:
    watched = Watched()
    watched.watch.disturbed()
    assert watched.broken(TRACE[0], "KeyError: 'id'") == [("log.nothing-forbidden", "app.log:2")]
    assert watched.broken("IntegrityError", TRACE[2]) == [("log.nothing-forbidden", "app.log:4")]


def test_the_key_in_the_log() -> None:
    watched = Watched()
    reader = watched.watch.reader()
    watched.log.write("fine", "Traceback", f"login with {KEY}")
    lines = reader.look()
    report, shown = watched.watch.judge(lines, unsent=False)
    assert [finding.rule for finding in report.findings] == ["log.nothing-forbidden", "log.no-key"]
    assert shown == (f"app.log:4: login with {MASK}", "app.log:3: Traceback")
    assert KEY not in repr((lines, report, shown))


def test_names_are_filled_in_and_other_braces_stay() -> None:
    values = {"number": "17", "payme_id": "abc"}
    assert filled("{number}: {payme_id} {'a': {number}} {x}", values) == "17: abc {'a': 17} {x}"
