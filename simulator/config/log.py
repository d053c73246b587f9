"""[log]: where the merchant writes down what it does."""

from __future__ import annotations

from pydantic import Field, model_validator

from simulator.config.values import Command, LocalPath, Model, Texts

# A line with one of these was written by a merchant whose code broke under the call.
ALWAYS_FORBIDDEN = (
    "Traceback",
    "IntegrityError",
    "UNIQUE constraint",
    "ERROR in",
    "duplicate key value",
)


class LogExpect(Model):
    """[log.expect]: by event, a text that a line written during the step must hold.

    {number} and {payme_id} are filled in; any other brace is taken as it stands.
    """

    created_order: str | None = None
    check_perform: str | None = None
    create: str | None = None
    perform: str | None = None
    cancel: str | None = None
    check: str | None = None
    statement: str | None = None
    refused: str | None = None

    def mapped(self) -> dict[str, str]:
        """Event -> expected text, for those that are there."""
        return {event: text for event, text in self if text is not None}


class LogConfig(Model):
    """[log]: exactly one of file, command, output.

    file: a path. command: a list of words whose output is the log. output = true: what the
    process of [process] prints. forbid: texts added to the default ones. expect: see LogExpect.
    """

    file: LocalPath | None = None
    command: Command | None = None
    output: bool = False
    forbid: Texts = ()
    expect: LogExpect = Field(default=LogExpect())

    @model_validator(mode="after")
    def _one_source(self) -> LogConfig:
        given = [n for n in ("file", "command") if getattr(self, n) is not None]
        given += ["output"] if self.output else []
        if len(given) != 1:
            raise ValueError(
                "exactly one of file, command, output = true says where the log is; here: "
                + (" and ".join(given) or "none of them")
            )
        return self

    @property
    def forbidden(self) -> tuple[str, ...]:
        """Every text that no line of the log may hold, without repetitions."""
        return tuple(dict.fromkeys((*ALWAYS_FORBIDDEN, *self.forbid)))
