"""From a file, the environment and flags to one checked configuration.

Precedence: flag, PAYME_SANDBOX_* variable, file, default.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from simulator.config.checks import complaints
from simulator.config.explain import explain
from simulator.config.hidden import is_secret_name, secrets_of
from simulator.config.models import Config
from simulator.config.origins import origins_of
from simulator.config.outside import Gathered, apply_environment, apply_flags, expand
from simulator.config.positions import Spot, scan
from simulator.config.problems import ConfigError, Problem, describe

_PLACE = re.compile(r"(.*?) \(at (?:line (\d+), column (\d+)|end of document)\)")


@dataclass(frozen=True, slots=True)
class Loaded:
    """A configuration, and by dotted key where each value came from.

    `secrets` are texts that no report may show. `variables` are the names of the `${NAME}` in a
    value, by dotted key. `path` is None when there was no file.
    """

    config: Config
    origins: dict[str, str]
    path: Path | None
    secrets: tuple[str, ...]
    variables: dict[str, tuple[str, ...]]


def load(path: Path | None, overrides: Mapping[str, str], environ: Mapping[str, str]) -> Loaded:
    """Read and check. ConfigError tells every problem with its place.

    `overrides` are texts by dotted key ("merchant.url"). Relative paths start at the file's
    folder, or at the current one when there is no file.
    """
    text = _read(path) if path else ""
    gathered = Gathered(file=_shown(path))
    gathered.values = _parse(text, gathered.file)
    gathered.positions = scan(text)
    expand(gathered, environ)
    apply_environment(gathered, environ)
    apply_flags(gathered, overrides)
    folder = path.absolute().parent if path else Path.cwd()
    config = _validate(gathered, folder, from_file=path is not None)
    secrets = secrets_of(gathered.values, _secret_variables(gathered, environ))
    if gathered.problems or config is None:
        raise ConfigError(describe(gathered.problems, text, secrets))
    return Loaded(
        config=config,
        origins=origins_of(config, gathered),
        path=path,
        secrets=secrets,
        variables={".".join(map(str, k)): names for k, names in gathered.expanded.items()},
    )


def _secret_variables(gathered: Gathered, environ: Mapping[str, str]) -> list[str]:
    """What the file has read from variables whose names speak of secrets."""
    names = {name for used in gathered.expanded.values() for name in used}
    return [environ[name] for name in names if is_secret_name(name) and name in environ]


def _shown(path: Path | None) -> str:
    if path is None:
        return "configuration"
    try:
        return str(path.absolute().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(
            f"{path}: there is no such file\n"
            "    name another one by --config, or write one with: payme-sandbox init"
        ) from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: this is not UTF-8 text (byte {error.start})") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None


def _parse(text: str, file: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        match = _PLACE.fullmatch(str(error))
        lines = text.splitlines()
        line = int(match[2]) if match and match[2] else max(1, len(lines))
        column = int(match[3]) if match and match[3] else 1
        message = f"this is not valid TOML: {match[1] if match else error}"
        problem = Problem(file, message, Spot(line, column, 1))
        raise ConfigError(describe([problem], text)) from None


def _validate(gathered: Gathered, folder: Path, *, from_file: bool) -> Config | None:
    try:
        config = Config.model_validate(gathered.values, context={"folder": folder})
    except ValidationError as error:
        explain(error, gathered)
        return None
    for complaint in complaints(config, from_file=from_file):
        gathered.complain(complaint.path, complaint.message, complaint.hint)
    return config
