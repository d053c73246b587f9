"""What is told to somebody who asked for something that cannot be."""

from __future__ import annotations


class Problem(Exception):
    """A request that is refused. Pages show it, the control API sends it as problem JSON.

    status: HTTP; 409 for what is well described but cannot be here and now. title: what kind of
    thing went wrong. seen: what was found. accepted: what would have been right. do: what to do
    next. code: Payme's own for it (-31601 …), where it has one. member: what of the request is
    wrong, where one member is.
    """

    def __init__(
        self,
        status: int,
        title: str,
        seen: str,
        accepted: str = "",
        do: str = "",
        *,
        code: int | None = None,
        member: str = "",
    ) -> None:
        super().__init__(" ".join(part for part in (f"{title}: {seen}.", accepted, do) if part))
        self.status = status
        self.title = title
        self.seen = seen
        self.accepted = accepted
        self.do = do
        self.code = code
        self.member = member


def not_found(what: str, name: str, do: str = "") -> Problem:
    """There is no such thing."""
    return Problem(404, f"no such {what}", f"{name!r}", do=do)


def conflict(seen: str, accepted: str, do: str = "") -> Problem:
    """It is there, but not in a state in which that can be done."""
    return Problem(409, "not now", seen, accepted, do)
