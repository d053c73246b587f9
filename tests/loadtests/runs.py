"""Load runs as reports get them: a good one, a bad one, and one of a merchant that means harm."""

from __future__ import annotations

from dataclasses import replace

from loadtests.results import (
    ErrorGroup,
    Kind,
    LoadRun,
    LogLines,
    Met,
    MethodStats,
    Reckoning,
    Second,
    Threshold,
    Wrong,
)
from tests.simulator.reports.hostile import HOSTILE

BEGAN = 1_763_881_200_123
METHODS = ("CheckPerformTransaction", "CreateTransaction", "PerformTransaction")
CALLS = (
    "1763881200041 CreateTransaction 3.4 ms: state 1, transaction 1000000004",
    "1763881200061 PerformTransaction (double) 5.0 ms: state 2, perform_time 1763881200064",
)


def _series() -> tuple[Second, ...]:
    return tuple(
        Second(
            at,
            calls=300 + 40 * (at % 5),
            errors=7 if at == 20 else 0,
            users=min(50, 5 * at),
            payments=90 + at,
            p50={name: 4_000 + 150 * at for name in METHODS if at != 12},
            p95={name: 9_000 + 900 * (at % 7) for name in METHODS if at != 12},
        )
        for at in range(30)
    )


GOOD = LoadRun(
    target="http://127.0.0.1:5000/payme",
    seed=4218,
    command="payme-sandbox load --users 50 --duration 30s",
    started_at=BEGAN,
    seconds=30,
    model="closed",
    shape="steady",
    users=50,
    workers=2,
    payments=3_120,
    thresholds=(Threshold("PerformTransaction p95 > 800ms", "14.2 ms", Met.OK, 3_100),),
    methods=tuple(
        MethodStats(
            name,
            3_000 + n,
            0,
            {"p50": 4_215, "p95": 14_200, "p99": 99_900, "p99.9": 150_000, "max": 1_234_567},
        )
        for n, name in enumerate(METHODS)
    ),
    series=_series(),
    errors=(
        ErrorGroup("CreateTransaction", "-31050", 93, True),
        ErrorGroup("CancelTransaction", "no connection: refused", 4, down=True),
    ),
    reckoning=Reckoning(
        compared={"Payme": 3_213, "GetStatement": 3_120, "the database": 3_120, "orders": 3_120},
        later={"performed": 12, "created": 1},
        later_ids=("6b0409d900107a020000002a",),
        not_compared=("the log (log = false)",),
        took_ms=812,
    ),
    notes=("the merchant was killed and started again 1 times",),
    version="0.1.0",
)

BAD = replace(
    GOOD,
    exit_code=1,
    thresholds=(
        *GOOD.thresholds,
        Threshold("errors > 0.1%", "0.22 %", Met.BREACHED, 9_200),
        Threshold("CancelTransaction p99 > 1s", "none", Met.TOO_FEW, 0),
    ),
    errors=(
        *GOOD.errors,
        ErrorGroup("PerformTransaction", "HTTP 500", 7, False, "order 1000000004"),
    ),
    reckoning=Reckoning(
        counts={Kind.LOST: 1, Kind.PAID_TWICE: 42},
        wrong=(
            Wrong(
                Kind.LOST,
                "6b0409d900107a020000002a",
                "the database does not know it; acknowledged as state 1, 2",
                "1000000004",
                CALLS,
            ),
            Wrong(
                Kind.PAID_TWICE,
                "1000000007",
                "transactions 6b0409d900107a020000002b, 6b0409d900107a020000002c are both "
                "performed",
                "1000000007",
                CALLS,
            ),
        ),
        log=(LogLines("UNIQUE constraint", 17, "sqlite3.IntegrityError: UNIQUE …", "shop.log:29"),),
        compared={"Payme": 3_213, "the database": 3_119},
        unable=("GetStatement from 1 to 2: HTTP 500",),
        took_ms=812,
    ),
)

STOPPED = replace(
    GOOD, exit_code=3, stopped="The merchant died.\nLast words: none", reckoning=None, series=()
)


def hostile() -> LoadRun:
    """Whatever a merchant can put into a report."""
    wrong = Wrong(Kind.STATE, HOSTILE, HOSTILE, HOSTILE, (HOSTILE, HOSTILE * 100))
    return replace(
        BAD,
        target=f"http://127.0.0.1/{HOSTILE}",
        command=HOSTILE,
        stopped=HOSTILE,
        notes=(HOSTILE,),
        thresholds=(Threshold(HOSTILE, HOSTILE, Met.BREACHED, 1),),
        errors=(ErrorGroup(HOSTILE, HOSTILE, 1, False, HOSTILE),),
        methods=tuple(replace(one, method=HOSTILE) for one in BAD.methods[:1]),
        series=tuple(replace(s, p50={HOSTILE: 1}, p95={HOSTILE: 2}) for s in BAD.series),
        reckoning=Reckoning(
            counts={Kind.STATE: 1},
            wrong=(wrong,),
            log=(LogLines(HOSTILE, 1, HOSTILE, HOSTILE),),
            unable=(HOSTILE,),
            not_compared=(HOSTILE,),
            later={HOSTILE: 1},
            later_ids=(HOSTILE,),
        ),
    )
