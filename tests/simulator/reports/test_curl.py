"""curl commands are run, by a shell, with a curl that tells what it was given."""

from __future__ import annotations

import base64
import itertools
import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from simulator.caller.auth import VARIANTS, Credentials, header
from simulator.caller.wire import Exchange, WireRequest
from simulator.conformance.events import Event
from simulator.reports import CaseScripts, ReportError
from simulator.reports.curl import AUTH_NOTE, curl, variant
from simulator.reports.text import hidden
from tests.simulator.reports import hostile, stream

KEY = "a:k'e\"y $HOME `id` %41 ?Z"
# Stands in for curl: writes its arguments and its input where the test can read them.
CURL = '#!/bin/sh\nfor a in "$@"; do printf "%s\\0" "$a" >> "$SEEN.args"; done\n'
STDIN = 'for a in "$@"; do [ "$a" = @- ] && cat > "$SEEN.body"; done\ntrue\n'


def run(command: str, tmp_path: Path) -> tuple[list[str], bytes]:
    """The arguments that curl got, and its input."""
    fake = tmp_path / "bin" / "curl"
    fake.parent.mkdir(exist_ok=True)
    fake.write_text(CURL + STDIN, encoding="utf-8")
    fake.chmod(0o755)
    seen = tmp_path / "seen"
    env = {"PATH": f"{fake.parent}:{os.environ['PATH']}", "SEEN": str(seen), "PAYME_KEY": KEY}
    script = tmp_path / "script.sh"
    script.write_text(command, encoding="utf-8")
    subprocess.run(["sh", "-e", "-u", str(script)], env=env, check=True, timeout=20)
    arguments = Path(f"{seen}.args").read_bytes().decode("utf-8", "surrogateescape").split("\0")
    body = Path(f"{seen}.body")
    return arguments[:-1], body.read_bytes() if body.exists() else b""


def sent(body: bytes, method: str = "POST", **more: object) -> Exchange:
    whole = WireRequest(stream.URL, method, (("Content-Type", "text/json"),), body)
    base = stream.create(1, "s.x", "a", stream.START)
    return replace(base, request=replace(whole, **more))  # type: ignore[arg-type]


def after(arguments: list[str], option: str) -> list[str]:
    return [b for a, b in itertools.pairwise(arguments) if a == option]


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":"it\'s \\"quoted\\" $HOME `id` \\\\n"}',
        b"@/etc/passwd",
        b"{not json\n\n",
        b"\xef\xbb\xbf{}",
        bytes(range(256)),
        "Заказ №5 o‘zbek".encode(),
        "\u202e".encode(),
        b"x" * 100_000,
    ],
    ids=lambda body: repr(body[:12]),
)
def test_the_body_is_sent_to_the_byte(body: bytes, tmp_path: Path) -> None:
    arguments, piped = run(curl(sent(body)), tmp_path)
    literal = [text.encode("utf-8", "surrogateescape") for text in after(arguments, "--data-raw")]
    assert (literal or [piped]) == [body]
    assert arguments[-1] == stream.URL


@pytest.mark.parametrize("name", sorted(VARIANTS))
def test_the_header_is_written_in_each_of_the_callers_ways(name: str, tmp_path: Path) -> None:
    exchange = replace(sent(b"{}"), notes=(f"{AUTH_NOTE}{name}",))
    arguments, _ = run(curl(exchange), tmp_path)
    assert authorization(arguments) == header(name, Credentials("Paycom", KEY))


def authorization(arguments: list[str]) -> str | None:
    """The header that the real curl would send."""
    for user in after(arguments, "-u"):
        return "Basic " + base64.b64encode(user.encode()).decode("ascii")
    for value in after(arguments, "-H"):
        if value == "Authorization;":
            return ""
        if value.startswith("Authorization: "):
            return value.removeprefix("Authorization: ")
    return None


def test_without_a_note_the_header_tells() -> None:
    bare = sent(b"{}")
    assert variant(bare) == "none"
    assert variant(sent(b"{}", headers=(("authorization", "Basic ••••"),))) == "right"
    assert variant(sent(b"{}", headers=(("Authorization", ""),))) == "empty"


def test_another_login_is_taken_from_the_environment(tmp_path: Path) -> None:
    masked = sent(b"{}", headers=(("Authorization", "Basic ••••"),))
    arguments, _ = run(f"PAYME_LOGIN=Kassa\n{curl(masked)}", tmp_path)
    assert after(arguments, "-u") == [f"Kassa:{KEY}"]


def test_methods_and_headers(tmp_path: Path) -> None:
    arguments, _ = run(curl(sent(b"", "GET")), tmp_path)
    assert "-X" not in arguments
    deleted = sent(b"x", "DELETE", headers=(("X-A", "b c"), ("X-Empty", ""), ("Host", "h")))
    (tmp_path / "seen.args").unlink()
    arguments, _ = run(curl(deleted), tmp_path)
    assert after(arguments, "-X") == ["DELETE"]
    assert after(arguments, "-H") == ["X-A: b c", "X-Empty;"]


def test_no_mask_and_no_key_is_in_a_command() -> None:
    text = curl(stream.create(1, "s.x", "a", stream.START))
    assert "•" not in text
    assert '-u "${PAYME_LOGIN:-Paycom}:$PAYME_KEY"' in text


def scripts(events: list[Event], folder: Path) -> list[str]:
    stream.feed(CaseScripts(folder), events)
    return sorted(path.name for path in folder.iterdir())


def test_a_script_a_case_that_runs_all_calls_in_order(tmp_path: Path) -> None:
    folder = tmp_path / "cases"
    assert scripts(stream.one_failing(), folder) == ["x7Kp2.sh"]
    path = folder / "x7Kp2.sh"
    assert os.access(path, os.X_OK)
    text = path.read_text(encoding="utf-8")
    assert "# 71 create: CreateTransaction FAIL\ncurl " in text
    arguments, _ = run(text, tmp_path)
    bodies = after(arguments, "--data-raw")
    assert ['"id": 71' in bodies[0], '"id": 72' in bodies[1], len(bodies)] == [True, True, 2]


def test_a_script_without_the_key_says_what_is_missing(tmp_path: Path) -> None:
    scripts(stream.one_failing(), tmp_path)
    done = subprocess.run(
        ["sh", str(tmp_path / "x7Kp2.sh")],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        timeout=20,
        check=False,
    )
    assert done.returncode != 0
    assert b"put the key of the kassa into PAYME_KEY" in done.stderr


def test_hostile_text_runs_nothing(tmp_path: Path) -> None:
    scripts(hostile.hostile(), tmp_path / "cases")
    text = (tmp_path / "cases" / "h0st1.sh").read_text(encoding="utf-8")
    assert {c for c in text if hidden(c)} == {"\n"}
    arguments, _ = run(text, tmp_path)
    assert arguments.count("--max-time") == 6


def test_a_folder_that_cannot_be_made_is_told_before_the_run(tmp_path: Path) -> None:
    (tmp_path / "cases").touch()
    with pytest.raises(ReportError, match="cases cannot be written: "):
        CaseScripts(tmp_path / "cases")(stream.all_green()[0])
