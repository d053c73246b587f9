"""The folder of runs: a record of each that is over, and the reports of the newest."""

from __future__ import annotations

import json
import logging
import re
import shutil
import threading
from collections.abc import Callable, Collection, Iterator
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path

KEEP_RECORDS = 500
"""So many runs are remembered at all: no page and no answer of the API lists more."""
RUN_ID = r"^[0-9a-f]{12,40}$"
_RUN = re.compile(RUN_ID)
_RECORD = "run.json"
_REPORTS = "*report.*"
"""Also one that was being written when the server was killed."""
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Record:
    """A run in the history. Times in ms; `exit_code` None while it runs. `report`: it is there;
    `report_removed`: it was, and had to go."""

    id: str
    kassa: str
    kind: str
    name: str
    command: str
    started_at: int
    took: int = 0
    exit_code: int | None = None
    totals: dict[str, int] = field(default_factory=dict)
    report: bool = False
    report_removed: bool = False

    @property
    def ended_at(self) -> int:
        return self.started_at + self.took


class Shelf:
    """`folder` has a folder for each run, named as the run. Only `put` removes anything."""

    def __init__(self, folder: Path, keep: int) -> None:
        """`keep`: so many runs keep their reports, which for the whole catalogue are megabytes."""
        self.folder = folder
        self.keep = keep
        self._turn = threading.Lock()

    def place(self, run_id: str, kind: str) -> Path:
        """Where the report of that kind belongs."""
        return self.folder / run_id / f"report.{kind}"

    def report(self, run_id: str, kind: str = "html") -> Path | None:
        """The report of a run, `html` or `json`, if it is there."""
        path = self.place(run_id, kind)
        return path if run_id.isalnum() and path.is_file() else None

    def record(self, run_id: str) -> Record | None:
        """A run that is over, of any time."""
        path = self.folder / run_id / _RECORD
        return self._read(path) if run_id.isalnum() and path.is_file() else None

    def records(self, but: Collection[str] = ()) -> Iterator[Record]:
        """All runs that are over, in no order, but these."""
        for path in self.folder.glob(f"*/{_RECORD}"):
            if path.parent.name not in but and (found := self._read(path)) is not None:
                yield found

    def put(self, record: Record, going: Collection[str] = ()) -> None:
        """Keep the record of a run that is over, and let the oldest go. `going` are runs that are
        not over: they are left alone, whatever they have written."""
        place = self.folder / record.id
        told = asdict(record)
        del told["report_removed"]
        with self._turn:
            try:
                place.mkdir(parents=True, exist_ok=True)
                text = json.dumps(told, ensure_ascii=False)
                (place / _RECORD).write_text(text, encoding="utf-8")
            except OSError as error:
                _LOG.warning("the run's record cannot be kept in %s: %s", place, error.strerror)
            self._prune({record.id, *going})

    def _prune(self, spared: Collection[str]) -> None:
        """The run that has just ended is among the spared, and counts as one."""
        ended = {record.id: record.ended_at for record in self.records()}
        old = [one for one in self._folders() if one.name not in spared]
        old.sort(key=lambda one: (ended.get(one.name, 0), one.name), reverse=True)
        for place in [one for one in old if any(one.glob(_REPORTS))][self.keep - 1 :]:
            for path in place.glob(_REPORTS):
                _remove(path, path.unlink)
        for place in old[max(self.keep, KEEP_RECORDS) - 1 :]:
            _remove(place, partial(shutil.rmtree, place))

    def _folders(self) -> list[Path]:
        """Those of runs; whatever else somebody has put there is not ours to remove."""
        return [one for one in self.folder.iterdir() if _RUN.fullmatch(one.name) and one.is_dir()]

    def _read(self, path: Path) -> Record | None:
        try:
            found = Record(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as error:
            _LOG.warning("%s is not the record of a run: %s", path, error)
            return None
        there = self.report(found.id) is not None
        return replace(found, report=there, report_removed=found.report and not there)


def _remove(path: Path, how: Callable[[], object]) -> None:
    """What cannot be removed now is tried again after the next run."""
    try:
        how()
    except OSError as error:
        _LOG.warning("%s cannot be removed: %s", path, error.strerror)
