"""Scenario files as data with places: what YAML tricks mean here, and where carets point."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.conformance.yamlfile import Document, ScenarioError, parse, read


def data(text: str) -> object:
    return parse(text, "a.yaml").data


def refused(text: str) -> str:
    with pytest.raises(ScenarioError) as caught:
        parse(text, "a.yaml")
    return str(caught.value)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1", 1),
        ("-5", -5),
        ("+5", 5),
        ("0", 0),
        ("1.0", 1.0),
        ("1.5e3", 1500.0),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("Off", "Off"),
        ("y", "y"),
        ("tRUE", "tRUE"),
        ("12:30", "12:30"),
        ("2024-05-01", "2024-05-01"),
        ("017", "017"),
        ("0x1F", "0x1F"),
        ("0o17", "0o17"),
        ("1_000", "1_000"),
        (".5", ".5"),
        (".inf", ".inf"),
        ("<<", "<<"),
        ("=", "="),
        ('"1"', "1"),
        ("'true'", "true"),
        ('"\\uFEFF{"', "\ufeff{"),
        ("$order.amount", "$order.amount"),
        ("[1, a, {b: 2}]", [1, "a", {"b": 2}]),
    ],
)
def test_only_what_json_has(written: str, value: object) -> None:
    found = data(f"key: {written}\n")
    assert found == {"key": value}
    assert isinstance(found, dict)
    assert type(found["key"]) is type(value)


def test_block_texts_are_texts() -> None:
    assert data("a: |\n  1\nb: >\n  true\n") == {"a": "1\n", "b": "true\n"}


def test_an_alias_is_written_out() -> None:
    assert data("a: &x {b: 1}\nc: *x\n") == {"a": {"b": 1}, "c": {"b": 1}}


def test_a_merge_key_is_an_ordinary_key() -> None:
    assert data("<<: {a: 1}\n") == {"<<": {"a": 1}}


def test_the_same_key_twice() -> None:
    assert refused("a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\n") == (
        'a.yaml:5:3: "c" stands twice in one mapping\n    5 |   c: 3\n      |   ^'
    )


@pytest.mark.parametrize("text", ["a: {1: x, '1': y}", "a: {true: x, 'true': y}"])
def test_keys_are_texts_so_these_are_the_same_key_twice(text: str) -> None:
    assert "stands twice" in refused(text)


@pytest.mark.parametrize(
    "text", ["a: !!str 5", "a: !foo x", "a: !!int '5'", "a: !x []", "a: !y {}"]
)
def test_tags(text: str) -> None:
    assert refused(text).startswith("a.yaml:1:1: tags (!) are not known here")


@pytest.mark.parametrize("text", ["? {a: b}\n: c\n", "? [1]\n: c\n"])
def test_a_key_that_is_no_text(text: str) -> None:
    assert refused(text).startswith("a.yaml:1:1: a key is a text, not a list or a mapping")


def test_nesting_without_end() -> None:
    assert "nested too deeply" in refused("a: " + "[" * 100 + "]" * 100)
    assert "nested too deeply" in refused("a: &x [*x]")


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("a: b: c", "a.yaml:1:5: not YAML: mapping values are not allowed"),
        ("a: [1", "a.yaml:1:"),
        ("a: 'x", "a.yaml:1:"),
        ("a: 1\n\tb: 2", "a.yaml:2:1: not YAML: "),
        ("a: *x", "a.yaml:1:4: not YAML: found undefined alias"),
        ("a: 1\n---\nb: 2", "a.yaml:2:1: not YAML: but found another document"),
        ("a: \x07", "a.yaml: not YAML: "),
    ],
)
def test_what_is_no_yaml(text: str, begins: str) -> None:
    assert refused(text).startswith(begins)


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n"])
def test_nothing(text: str) -> None:
    assert "the file is empty" in refused(text) if text != "---\n" else data(text) is None


DOCUMENT = parse(
    'id: a.b\nsteps:\n  - id: "x"\n    params: {sum: 15, deep: [1, {k: v}]}\n', "a.yaml"
)


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (("id",), (1, 1, 2)),
        (("steps", 0, "id"), (3, 5, 2)),
        (("steps", 0, "params", "sum"), (4, 14, 3)),
        (("steps", 0, "params", "deep", 1, "k"), (4, 34, 1)),
        (("steps", 0, "params", "deep", 7), (4, 23, 4)),
        (("steps", 0, "unheard", "of"), (3, 5, 1)),
        ((), (1, 1, 1)),
    ],
)
def test_the_place_of_a_path_or_of_what_holds_it(
    path: tuple[str | int, ...], place: tuple[int, int, int]
) -> None:
    found = DOCUMENT.place(path)
    assert found is not None
    assert (found.line, found.column, found.length) == place
    assert found.text == DOCUMENT.lines[place[0] - 1]


def test_an_error_points_with_a_caret() -> None:
    assert str(DOCUMENT.error(("steps", 0, "params", "deep"), "too deep")) == (
        "a.yaml:4:23: too deep\n"
        "    4 |     params: {sum: 15, deep: [1, {k: v}]}\n"
        "      |                       ^^^^"
    )


def test_an_error_without_a_place() -> None:
    assert str(Document("a.yaml", None, {}, []).error(("x",), "no")) == "a.yaml: no"


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"^b\.yaml: cannot be read: No such file"):
        read(tmp_path / "b.yaml", "b.yaml")
    (tmp_path / "c.yaml").write_bytes(b"a: \xff\n")
    with pytest.raises(ScenarioError, match=r"^c\.yaml: is not UTF-8 text"):
        read(tmp_path / "c.yaml", "c.yaml")
    (tmp_path / "d.yaml").write_bytes("\ufeffключ: Оʻz\n".encode())
    assert read(tmp_path / "d.yaml", "d.yaml").data == {"ключ": "Оʻz"}
