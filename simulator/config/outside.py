"""Values from outside the file: `${NAME}` inside it, PAYME_SANDBOX_* variables and flags."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.config.positions import Path, Positions
from simulator.config.problems import Problem, nearest
from simulator.config.schema import PREFIX, Setting, known_keys, settings

_VARIABLE = re.compile(r"\$\$\{|\$\{([A-Za-z_]\w*)\}|\$\{")


@dataclass(slots=True)
class Gathered:
    """A configuration being put together: values, where each came from, what went wrong."""

    file: str
    values: dict[str, Any] = field(default_factory=dict)
    positions: Positions = field(default_factory=Positions)
    outside: dict[Path, str] = field(default_factory=dict)  # path -> "flag --url" and the like
    expanded: dict[Path, tuple[str, ...]] = field(default_factory=dict)  # path -> variables' names
    problems: list[Problem] = field(default_factory=list)

    def complain(self, path: Path, message: str, hint: str = "", *, key: bool = False) -> None:
        """Add a problem at a path: at its place in the file, or at the flag that set it."""
        for end in range(len(path), 0, -1):
            if path[:end] in self.outside:
                self.problems.append(Problem(self.outside[path[:end]], message, None, hint))
                return
        spot = self.positions.nearest(path, key=key)
        self.problems.append(Problem(self.file, message, spot, hint))


def expand(gathered: Gathered, environ: Mapping[str, str]) -> None:
    """Replace `${NAME}` in every text of the file; `$${` is a plain `${`."""
    gathered.values = _expand(gathered.values, (), gathered, environ)


def _expand(value: Any, path: Path, gathered: Gathered, environ: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {k: _expand(v, (*path, k), gathered, environ) for k, v in value.items()}
    if isinstance(value, list):
        return [_expand(v, (*path, i), gathered, environ) for i, v in enumerate(value)]
    if not isinstance(value, str) or "${" not in value:
        return value
    names = tuple(m[1] for m in _VARIABLE.finditer(value) if m[1])
    if any(m[0] == "${" for m in _VARIABLE.finditer(value)):
        gathered.complain(
            path,
            "`${` must be followed by a variable's name and `}`",
            "write $${ for the two characters themselves",
        )
        return value
    for name in names:
        if name not in environ:
            gathered.complain(
                path,
                f"the environment has no variable {name}",
                f"set it, as in: export {name}=…",
            )
    gathered.expanded[path] = names
    return _VARIABLE.sub(lambda m: environ.get(m[1], m[0]) if m[1] else "${", value)


def apply_environment(gathered: Gathered, environ: Mapping[str, str]) -> None:
    """PAYME_SANDBOX_<TABLE>_<KEY> sets that key; [merchant]'s keys need no MERCHANT_."""
    known = {setting.variable: setting for setting in settings()}
    short = {PREFIX + s.path[-1].upper(): s for s in known.values() if s.path[0] == "merchant"}
    tables = tuple(f"{PREFIX}{table.upper()}_" for table in known_keys(()))
    for name in sorted(environ):
        setting = known.get(name) or short.get(name)
        if setting is not None:
            _set(gathered, setting, environ[name], f"environment {name}")
        elif name.startswith(tables):
            meant = nearest(name, known)
            hint = f"did you mean {meant}?" if meant else "unset it"
            gathered.problems.append(
                Problem(f"environment {name}", "this variable is not known", None, hint)
            )


def apply_flags(gathered: Gathered, overrides: Mapping[str, str]) -> None:
    """`overrides` are texts by dotted key, as in {"merchant.url": "http://…"}."""
    known = {".".join(s.path): s for s in settings()}
    for key, text in overrides.items():
        setting = known.get(key)
        origin = f"flag --{key.rpartition('.')[2].replace('_', '-')}"
        if setting is None:
            hint = f"did you mean {nearest(key, known)}?" if nearest(key, known) else ""
            gathered.problems.append(Problem(origin, f"{key} is not a known key", None, hint))
        else:
            _set(gathered, setting, text, origin)


def _set(gathered: Gathered, setting: Setting, text: str, origin: str) -> None:
    try:
        value = _read(setting, text)
    except tomllib.TOMLDecodeError:
        gathered.problems.append(
            Problem(
                origin,
                f"{'.'.join(setting.path)} is written as in TOML: true, 10, "
                '["a", "b"], { name = "value" }',
            )
        )
        return
    table = gathered.values
    for part in setting.path[:-1]:
        inner = table.get(part)
        if not isinstance(inner, dict):
            inner = table[part] = {}
        table = inner
    table[setting.path[-1]] = value
    gathered.outside[setting.path] = origin


def _read(setting: Setting, text: str) -> Any:
    if setting.raw and not text.startswith("["):
        return text
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        if re.fullmatch(r"[\w.-]+", text):
            return text  # a word where a word may stand: one-time, 10s
        raise
