"""What other packages may use of this one; a change here is a change for them."""

from __future__ import annotations

from simulator import reports


def test_the_public_names() -> None:
    assert sorted(reports.__all__) == [
        "Broadcast",
        "CaseScripts",
        "ConsoleReport",
        "FileReport",
        "GithubReport",
        "HtmlReport",
        "JsonReport",
        "JunitReport",
        "ReportError",
    ]
    assert all(hasattr(reports, name) for name in reports.__all__)
