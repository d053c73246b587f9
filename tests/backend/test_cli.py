"""The command line: what is wrong is told in a sentence and an exit code before anything runs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from backend.cli import main
from tests.backend.merchant import KEY, free_port


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is configured but the key, and the folder holds just a text."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "environ", {"PAYME_BACKEND_KEY": KEY})
    (tmp_path / "notes.txt").write_text("This is no database.\n" * 100)


def said(capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int | str | None, str]:
    """The exit code and standard error of a start that fails."""
    code: int | str | None
    try:
        code = main(["--port", str(free_port()), *options])
    except SystemExit as ended:
        code = ended.code
    out, err = capsys.readouterr()
    assert out == ""
    return code, err


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (["--database", "sqlite:///no/such/folder/x.db"], 1, "unable to open database file"),
        (["--database", "postgresql://u:s3cret@127.0.0.1:1/x"], 1, "127.0.0.1"),
        (["--database", "sqlite:///notes.txt"], 1, "not a database"),
        (["--database", "photobooth"], 2, "not a URL"),
        (["--log", "no/such/folder/x.log"], 2, "PAYME_BACKEND_LOG"),
        (["--min", "5", "--max", "4"], 2, "5..4"),
        (["--key-env", "NO_SUCH_VARIABLE"], 2, "NO_SUCH_VARIABLE"),
        (["--profile", "live"], 2, "default, docs, sandbox"),
        (["--account-type", "both"], 2, "one-time, accumulating"),
        (["--port", "70000"], 2, "1 to 65535"),
        (["--workers", "0"], 2, "above 0"),
        (["--host", "no.such.host.invalid"], 1, "no.such.host.invalid"),
        (["--server", "werkzeug", "--workers", "2"], 1, "one process"),
    ],
)
def test_what_is_wrong_is_told(
    capsys: pytest.CaptureFixture[str], options: list[str], code: int, words: str
) -> None:
    found, err = said(capsys, *options)
    assert found == code
    assert words in err.replace("'", "")
    assert "s3cret" not in err
    assert KEY not in err


def test_without_a_key_it_does_not_start(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "environ", {})
    code, err = said(capsys)
    assert (code, "PAYME_BACKEND_KEY" in err) == (2, True)


def test_help_names_every_option_of_the_shop(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    told = capsys.readouterr().out
    for option in ("--database", "--profile", "--account-type", "--no-refunds", "--key-env"):
        assert option in told
    assert "PAYME_BACKEND_KEY" in told
