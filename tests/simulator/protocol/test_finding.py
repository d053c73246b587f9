"""How values are shown: on one line, with their type, whatever the merchant sent."""

from __future__ import annotations

import pytest

from simulator.protocol.finding import MISSING, Finding, Report, show


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (MISSING, "nothing"),
        (None, "null"),
        (1, "1"),
        ("1", '"1"'),
        (1.0, "1.0"),
        (True, "true"),
        ({"ru": "Нет"}, '{"ru": "Нет"}'),
        (b"\xff{", '"\ufffd{"'),
        ({1, 2}, "{1, 2}"),
        ("a\nb", '"a\\nb"'),
        ("\ud800", '"\\ud800"'),
    ],
)
def test_types_stay_visible(value: object, text: str) -> None:
    assert show(value) == text
    assert show(value).encode()


def test_long_values_are_cut() -> None:
    assert show("x" * 500) == '"' + "x" * 299 + "…"
    assert show("x" * 298) == '"' + "x" * 298 + '"'


def test_a_rule_that_was_looked_at_is_remembered_whether_it_held_or_not() -> None:
    report = Report()
    assert report.expect(True, Finding("a.kept", "Kept."))
    assert not report.expect(False, Finding("a.broken", "Broken."))
    assert report.looked_at == {"a.kept", "a.broken"}
    assert [finding.rule for finding in report.findings] == ["a.broken"]
