"""How a bug gets into the reference merchant without a trace in its code.

A bug puts a behaviour of its own around one function of the merchant, and that function is
replaced wherever the merchant's modules hold it. The handlers do not know that there are bugs, and
while none is on nothing is replaced, so that none costs anything.
"""

from __future__ import annotations

import dataclasses
import functools
import inspect
import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any, TypeVar, TypeVarTuple

from backend.methods import METHODS

Args = TypeVarTuple("Args")
R = TypeVar("R")
Switch = Callable[[], None]
"""Turns one bug on, for the life of the process or until `all_off`."""

_now_at: dict[Callable[..., Any], Any] = {}
"""A function as the merchant is written -> what stands in its place."""


def around(
    function: Callable[[*Args], R], behave: Callable[[Callable[[*Args], R], *Args], R]
) -> Switch:
    """Let `behave(function, *its arguments)` answer instead of the function.

    Bugs around the same function nest, the later outside.
    """

    def switch() -> None:
        inner = _now_at.get(function, function)

        @functools.wraps(function)
        def outer(*args: *Args) -> R:
            return behave(inner, *args)

        _put(function, inner, outer)
        _now_at[function] = outer

    return switch


def both(*switches: Switch) -> Switch:
    """A bug that sits in several places."""

    def switch() -> None:
        for one in switches:
            one()

    return switch


def all_off() -> None:
    """The merchant as it is written."""
    for function, outer in reversed(_now_at.items()):
        _put(function, outer, function)
    _now_at.clear()


def _put(origin: Callable[..., Any], old: object, new: object) -> None:
    for holder in _holders(origin):
        for name, value in list(vars(holder).items()):
            if value is old:
                setattr(holder, name, new)
    for name, method in METHODS.items():
        parts = {f.name: new for f in dataclasses.fields(method) if getattr(method, f.name) is old}
        if parts:
            METHODS[name] = dataclasses.replace(method, **parts)  # type: ignore[arg-type]


def _holders(origin: Callable[..., Any]) -> Iterator[ModuleType | type]:
    """Every module of the merchant, and the class if the function is a method."""
    for name, module in list(sys.modules.items()):
        if name.startswith("backend") and not name.startswith("backend.bugs"):
            yield module
    owner = origin.__qualname__.rpartition(".")[0]
    if owner:
        found = getattr(inspect.getmodule(origin), owner)
        if not isinstance(found, type):
            raise TypeError(f"{origin.__qualname__} is neither a function nor a method")
        yield found
