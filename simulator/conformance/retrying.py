"""A step's call, and its repetitions until the policy is content: what Payme does by itself."""

from __future__ import annotations

from dataclasses import dataclass, replace

from simulator.caller.client import Call
from simulator.caller.retry import Retrier, RetryPolicy
from simulator.caller.wire import WireAnswer, WireFailure
from simulator.conformance import format as fmt
from simulator.conformance.judging import Judged
from simulator.conformance.session import Session


@dataclass(slots=True)
class Sender:
    """Sends one step's call. A fault spoils the first attempt only."""

    session: Session
    step: fmt.Step
    name: str
    unsent: bool

    def send(self, call: Call) -> Judged:
        """The last attempt, which knows the numbers of those before it."""
        policy = self._policy()
        if policy is None:
            return self._call(call)

        def attempt(number: int, before: Judged | None) -> Judged:
            if before is None:
                return self._call(call)
            again = replace(call, fault=None)
            if not policy.new_id and isinstance(before.made.rpc_id, int):
                again = replace(again, rpc_id=before.made.rpc_id)
            return replace(self._call(again), earlier=before.numbers)

        retrier: Retrier[Judged] = Retrier(policy, _wire, self._pause, self.session.now)
        return retrier.run(attempt).last

    def _policy(self) -> RetryPolicy | None:
        if self.step.retry is None:
            return None
        policy = self.session.world.retry
        return policy if self.step.retry == "policy" else replace(policy, pauses_ms=())

    def _call(self, call: Call) -> Judged:
        return self.session.call(call, self.name, unsent=self.unsent)

    def _pause(self, ms: int) -> None:
        self.session.look_at_log(self.name)  # others read it meanwhile
        self.session.pause(ms)


def _wire(judged: Judged) -> WireAnswer | WireFailure:
    return judged.made.answer
