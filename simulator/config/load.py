"""[load]: what `payme-sandbox load` puts on the merchant."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AliasChoices, BeforeValidator, Field, field_validator

from simulator.config.thresholds import Threshold, parse_threshold
from simulator.config.values import LocalPath, Model, PauseMs, Texts, duration_ms, lasting

_WEEK_MS = 7 * 24 * 3_600_000
Percent = Annotated[int, Field(ge=0, le=100)]
LoadMs = Annotated[int, BeforeValidator(duration_ms), lasting(1_000, _WEEK_MS)]
Shape = Literal["steady", "ramp", "spike", "soak"]


class Mix(Model):
    """[load.mix]: in how many of a hundred payments, or of its calls, something is not plain.

    double: a Create, Perform or Cancel is sent twice at once. lost: its reply gets lost and Payme
    repeats it later. second_payer: another one tries to pay the same order. cancel_before: the
    debit fails and the payment is cancelled instead of performed. cancel_after: a performed one is
    taken back. crossed: a call that was held up on its way meets a later one of its transaction,
    such as PerformTransaction and its cancellation. check: CheckTransaction asks how it stands.
    statement: GetStatement of the last minute.
    """

    double: Percent = 5
    lost: Percent = 2
    second_payer: Percent = 3
    cancel_before: Percent = 8
    cancel_after: Percent = 2
    crossed: Percent = 2
    check: Percent = 10
    statement: Percent = 1


PAYERS = 10
_MOST_PAYERS = 100_000
_CALLS = 3
_ASSUMED_MS = 10  # of one call


class LoadConfig(Model):
    """[load]: how many payers, for how long, and when the run has failed.

    users: payers at once. rate: payments begun a second, whether the merchant keeps up or not; then
    users is how many may be under way at once, by default three times what that rate takes where
    the merchant answers at once (`payers`). duration: until no payment begins any more.
    shape: "steady", "ramp", "spike", "soak". pause: a payer's mean wait between two calls.
    processes: how many make the load. orders: how many are made ahead; by default reckoned from the
    above. refill: whether more are made while the load runs. kills: how often the started merchant
    is killed and started again meanwhile. fail_if: thresholds; by default one on errors.
    scenarios: ids of scenarios that payers go through, too, with * as in globs; each says by `load`
    how often. scenarios_folder: where your own are.
    """

    users: int | None = Field(default=None, ge=1, le=100_000)
    rate: int | None = Field(default=None, ge=1, le=100_000)
    duration_ms: LoadMs = Field(
        default=30_000, validation_alias=AliasChoices("duration", "duration_ms")
    )
    shape: Shape = "steady"
    pause_ms: PauseMs = Field(default=200, validation_alias=AliasChoices("pause", "pause_ms"))
    processes: int = Field(default=1, ge=1, le=64)
    orders: int | None = Field(default=None, ge=1, le=10_000_000)
    refill: bool = True
    kills: int = Field(default=0, ge=0, le=100)
    fail_if: Texts | None = None
    scenarios: Texts = ()
    scenarios_folder: LocalPath | None = None
    mix: Mix = Mix()

    @field_validator("fail_if")
    @classmethod
    def _fail_if(cls, value: tuple[str, ...] | None) -> tuple[str, ...] | None:
        for text in value or ():
            parse_threshold(text)
        return value

    @property
    def payers(self) -> int:
        """How many there are at once: `users`, or what is reckoned."""
        if self.users is not None:
            return self.users
        if self.rate is None:
            return PAYERS
        return min(_MOST_PAYERS, PAYERS + 3 * self.rate * self.payment_ms // 1000)

    @property
    def payment_ms(self) -> int:
        """What a payment takes where the merchant answers at once."""
        return _CALLS * (self.pause_ms + _ASSUMED_MS)

    @property
    def thresholds(self) -> tuple[Threshold, ...]:
        """As they are evaluated."""
        fail_if = ("errors > 1%",) if self.fail_if is None else self.fail_if
        return tuple(map(parse_threshold, fail_if))
