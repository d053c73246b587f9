"""Orders made by a program of the merchant's."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from typing import Any

from simulator.config.orders import OrdersCommand
from simulator.config.placeholders import render_text
from simulator.observers.groups import group_options, shown_command, stop_group
from simulator.observers.orders.captures import capture, truncated
from simulator.observers.orders.order import OrdersError


class CommandMaker:
    """Runs one program an order, without a shell."""

    def __init__(self, config: OrdersCommand) -> None:
        self._config = config

    def make(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """What was captured, and the last line as {output}. OrdersError if the program fails."""
        words = [render_text(word, values) for word in self._config.run]
        what = f"[orders.command] {shown_command(words)}"
        printed = self._run(words, what)
        lines = [line.strip() for line in printed.splitlines() if line.strip()]
        captured: dict[str, Any] = {"output": lines[-1] if lines else ""}
        if self._config.capture:
            answer = _json(printed, captured["output"], what)
            try:
                captured |= capture(answer, self._config.capture, printed)
            except OrdersError as error:
                raise OrdersError(f"{what}: {error}") from error
        return captured

    def close(self) -> None:
        """No program outlives its order."""

    def _run(self, words: list[str], what: str) -> str:
        with self._start(words, what) as process:
            try:
                out, err = process.communicate(timeout=self._config.timeout_ms / 1000)
            except subprocess.TimeoutExpired as error:
                raise OrdersError(
                    f"{what}: not done within {self._config.timeout_ms} ms (orders.command.timeout)"
                ) from error
            finally:
                if process.poll() is None:
                    stop_group(process, grace=0)
        if process.returncode != 0:
            last = truncated(err[-2000:] or out[-2000:], 2000) or "(nothing printed)"
            raise OrdersError(f"{what}: exit code {process.returncode}\n{last}")
        return out

    def _start(self, words: list[str], what: str) -> subprocess.Popen[str]:
        cwd = self._config.cwd
        if not cwd.is_dir():
            raise OrdersError(f"{what}: orders.command.cwd {cwd} is not a folder")
        try:
            return subprocess.Popen(
                words,
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                errors="replace",
                **group_options(),
            )
        except OSError as error:
            raise OrdersError(
                f"{what}: cannot be started: {error.strerror}; is {words[0]} installed, and is "
                f"orders.command.cwd ({cwd}) right?"
            ) from error


def _json(printed: str, last_line: str, what: str) -> Any:
    """The whole output as JSON, or else its last line: programs print other things before."""
    for text in (printed, last_line):
        try:
            return json.loads(text)
        except ValueError:
            continue
    raise OrdersError(
        f"{what}: neither the output nor its last line is JSON, so nothing can be captured\n"
        f"it was: {truncated(printed) or '(empty)'}"
    )
