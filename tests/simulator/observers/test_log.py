"""Following a log while somebody else writes it."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simulator.config.log import LogConfig
from simulator.observers.log import CommandLog, FileLog, LogError, LogReader, open_log
from simulator.observers.log_lines import MOST_BYTES, LineStore, Mark
from tests.simulator.observers.test_process import running


def append(path: Path, text: str | bytes) -> None:
    with path.open("ab") as file:
        file.write(text.encode() if isinstance(text, str) else text)


def shown(log: LogReader, mark: Mark) -> list[str]:
    return [f"{line.place} {line.text}" for line in log.since(mark)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the merchant will write."""
    return tmp_path / "app.log"


def test_only_what_is_written_after_the_mark_is_shown_with_right_numbers(path: Path) -> None:
    append(path, "old 1\nold 2\n")
    log = FileLog(path)
    before = log.mark()
    append(path, "a\nb\n")
    middle = log.mark()
    append(path, "c\n")
    assert shown(log, before) == ["app.log:3 a", "app.log:4 b", "app.log:5 c"]
    assert shown(log, middle) == ["app.log:5 c"]
    assert shown(log, log.mark()) == []
    assert log.problem() == ""
    log.close()


def test_an_unfinished_line_is_seen_and_counted_once(path: Path) -> None:
    append(path, "old without end")
    log = FileLog(path)
    mark = log.mark()
    append(path, ", its end\nUpdating pay")
    assert shown(log, mark) == ["app.log:1 , its end", "app.log:2 Updating pay"]
    later = log.mark()
    append(path, "ment\nnext\n")
    assert shown(log, mark) == [
        "app.log:1 , its end",
        "app.log:2 Updating payment",
        "app.log:3 next",
    ]
    assert shown(log, later) == ["app.log:2 Updating payment", "app.log:3 next"]
    log.close()


def test_flush_ends_a_line_that_nobody_ends(path: Path) -> None:
    append(path, "")
    log = FileLog(path)
    mark = log.mark()
    append(path, "half")
    log.flush()
    later = log.mark()
    append(path, " a line\nnext\n")
    assert shown(log, mark) == ["app.log:1 half", "app.log:1  a line", "app.log:2 next"]
    assert shown(log, later) == ["app.log:1  a line", "app.log:2 next"]
    log.flush()
    assert len(shown(log, mark)) == 3
    log.close()


def test_a_file_that_comes_later_is_read_from_its_beginning(path: Path) -> None:
    log = FileLog(path)
    mark = log.mark()
    assert f"there is no file {path}" in log.problem()
    assert log.since(mark) == []
    append(path, "first\n")
    assert shown(log, mark) == ["app.log:1 first"]
    assert log.problem() == ""
    log.close()


def test_rotation_by_renaming_loses_nothing(path: Path, tmp_path: Path) -> None:
    append(path, "old\n")
    log = FileLog(path)
    mark = log.mark()
    append(path, "a\n")
    path.rename(tmp_path / "app.log.1")
    append(tmp_path / "app.log.1", "b\nunfinished")
    assert shown(log, mark) == ["app.log:2 a", "app.log:3 b", "app.log:4 unfinished"]
    append(path, "c\n")
    assert shown(log, mark) == [
        "app.log:2 a",
        "app.log:3 b",
        "app.log:4 unfinished",
        "app.log:1 c",
    ]
    append(path, "d\n")
    assert shown(log, mark)[-1] == "app.log:2 d"
    log.close()


def test_rotation_while_the_log_is_opened_loses_nothing(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    append(path, "old\n")
    usual = Path.open

    def rotated(self: Path, *args: Any, **options: Any) -> Any:
        file = usual(self, *args, **options)
        monkeypatch.undo()
        path.rename(tmp_path / "app.log.1")
        append(path, "a\n")
        return file

    monkeypatch.setattr(Path, "open", rotated)
    log = FileLog(path)
    append(path, "b\n")
    assert shown(log, Mark(0))[-2:] == ["app.log:1 a", "app.log:2 b"]
    log.close()


def test_rotation_by_truncation_starts_again(path: Path) -> None:
    append(path, "old\n" * 100)
    log = FileLog(path)
    mark = log.mark()
    append(path, "a\n")
    assert shown(log, mark) == ["app.log:101 a"]
    os.truncate(path, 0)
    append(path, "b\n")
    assert shown(log, mark) == ["app.log:101 a", "app.log:1 b"]
    log.close()


def test_a_writer_that_kept_its_place_after_truncation_leaves_zeros(path: Path) -> None:
    append(path, "old\n")
    log = FileLog(path)
    with path.open("wb") as writer:  # truncates, then writes far behind the end
        mark = log.mark()
        writer.seek(1000)
        writer.write(b"a\n")
    assert shown(log, mark) == ["app.log:1 a"]
    log.close()


def test_bytes_that_are_no_text_and_line_ends_of_windows(path: Path) -> None:
    log = FileLog(path)
    mark = log.mark()
    append(path, b"\xff\xfe bad\r\n\xd0\xa7\xd0\xb5\xd0\xba \xe2\x9c\x85\r\n")
    assert shown(log, mark) == ["app.log:1 \ufffd\ufffd bad", "app.log:2 Чек ✅"]
    log.close()


def test_a_letter_split_between_two_writes_stays_whole(path: Path) -> None:
    log = FileLog(path)
    mark = log.mark()
    raw = "Чек\n".encode()
    append(path, raw[:1])
    log.mark()
    append(path, raw[1:])
    assert shown(log, mark) == ["app.log:1 Чек"]
    log.close()


def test_huge_lines_are_cut_and_the_next_one_is_whole(path: Path) -> None:
    log = FileLog(path)
    mark = log.mark()
    append(path, b"x" * (3 * 1024 * 1024) + b" IntegrityError\nnext\n")
    huge, following = log.since(mark)
    assert len(huge.text) == MOST_BYTES + len("… (cut)")
    assert huge.text.endswith("x… (cut)")
    assert (following.place, following.text) == ("app.log:2", "next")
    log.close()


def test_reading_on_gives_each_whole_line_once(path: Path) -> None:
    log = FileLog(path)
    mark = log.mark()
    append(path, "a\nb\nhalf")
    lines, mark = log.read(mark)
    assert [line.text for line in lines] == ["a", "b"]
    append(path, " done\nc")
    lines, mark = log.read(mark)
    assert [line.text for line in lines] == ["half done"]
    log.flush()
    lines, mark = log.read(mark)
    assert [line.text for line in lines] == ["c"]
    assert log.read(mark) == ([], mark)
    log.close()


def test_lines_that_are_too_many_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulator.observers.log_lines._MOST_LINES", 3)
    store = LineStore("app.log")
    mark = store.mark()
    store.feed(b"1\n2\n3\n4\n5\n")
    assert [line.text for line in store.since(mark)] == [
        "(2 lines were too many to keep)",
        "3",
        "4",
        "5",
    ]
    assert [line.text for line in store.since(Mark(4))] == ["5"]


def test_bytes_that_are_too_many_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulator.observers.log_lines._MOST_KEPT_BYTES", 10)
    store = LineStore("app.log")
    store.feed(b"aaaa\nbbbb\ncccc\n")
    assert [line.text for line in store.since(Mark(0))] == [
        "(1 lines were too many to keep)",
        "bbbb",
        "cccc",
    ]


def test_what_was_read_is_never_read_again(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    append(path, "old\n" * 1000)
    log = FileLog(path)
    fed: list[int] = []
    feed = LineStore.feed

    def counted(store: LineStore, data: bytes) -> None:
        fed.append(len(data))
        feed(store, data)

    monkeypatch.setattr(LineStore, "feed", counted)
    mark = log.mark()
    for _ in range(10):
        append(path, "line\n")
        log.since(mark)
    assert fed == [5] * 10
    log.close()


def test_a_folder_or_a_forbidden_file_is_a_problem(tmp_path: Path) -> None:
    log = FileLog(tmp_path)
    assert "cannot be read: Is a directory" in log.problem()
    log.close()


def test_threads_see_every_line_once(path: Path) -> None:
    append(path, "")
    log = FileLog(path)
    mark = log.mark()
    done = threading.Event()

    def write() -> None:
        for number in range(2000):
            append(path, f"{number}\n")
        done.set()

    def look() -> None:
        while not done.is_set():
            log.since(log.mark())

    threads = [threading.Thread(target=f) for f in (write, look, look, look)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [line.text for line in log.since(mark)] == [str(n) for n in range(2000)]
    log.close()


def until(condition: Callable[[], bool]) -> None:
    """Wait for another process; the suite's own time limit ends a wait that is in vain."""
    while not condition():
        time.sleep(0.005)


def test_a_command_is_a_log(tmp_path: Path) -> None:
    go = tmp_path / "go"
    code = (
        "import os, time\n"
        "os.write(1, b'first\\n')\n"
        f"while not os.path.exists({str(go)!r}): time.sleep(0.005)\n"
        "os.write(2, b'second\\n')\n"
        "os.write(1, b'third')\n"
        "time.sleep(60)\n"
    )
    log = CommandLog((sys.executable, "-c", code))
    start = Mark(0)
    until(lambda: len(log.since(start)) == 1)
    mark = log.mark()
    go.touch()
    until(lambda: len(log.since(mark)) == 2)
    name = Path(sys.executable).name
    assert shown(log, mark) == [f"{name}:2 second", f"{name}:3 third"]
    assert log.problem() == ""
    log.flush()
    assert len(log.since(mark)) == 2
    log.close()


def test_a_command_that_ends_says_why() -> None:
    log = CommandLog((sys.executable, "-c", "print('no such unit'); raise SystemExit(4)"))
    until(lambda: log.problem() != "")
    assert "ended with exit code 4\nno such unit" in log.problem()
    log.close()


@pytest.mark.parametrize("left_the_group", [False, True])
def test_a_command_that_leaves_a_child_behind(left_the_group: bool) -> None:
    """The child holds the pipe: it is stopped, or not waited for."""
    code = (
        "import subprocess, sys\n"
        "sleeper = [sys.executable, '-c', 'import time; time.sleep(600)']\n"
        f"print(subprocess.Popen(sleeper, start_new_session={left_the_group}).pid)\n"
    )
    log = CommandLog((sys.executable, "-W", "ignore", "-c", code))
    until(lambda: len(log.since(Mark(0))) == 1)
    child = int(log.since(Mark(0))[0].text)
    until(lambda: log.problem() != "")
    assert "ended with exit code 0" in log.problem()
    log.close()
    if left_the_group:
        os.kill(child, signal.SIGKILL)
    until(lambda: not running(child))


def test_a_command_that_is_not_there() -> None:
    with pytest.raises(LogError, match="is no-such-program installed"):
        CommandLog(("no-such-program", "-f"))


def test_the_configuration_chooses(path: Path) -> None:
    append(path, "old\n")
    from_file = open_log(LogConfig.model_validate({"file": str(path)}))
    assert from_file.since(Mark(0)) == []
    from_file.close()
    output = open_log(LogConfig(output=True), path)
    assert shown(output, Mark(0)) == ["output:1 old"]
    output.close()
    command = LogConfig.model_validate({"command": [sys.executable, "-c", ""]})
    started = open_log(command)
    assert isinstance(started, CommandLog)
    started.close()
    with pytest.raises(LogError, match="needs the process"):
        open_log(LogConfig(output=True))
