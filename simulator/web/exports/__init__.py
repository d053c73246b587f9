"""The journal in other people's formats: HAR, and a scenario file that makes the calls again."""

from simulator.web.exports.har import har
from simulator.web.exports.scenario import scenario

__all__ = ["har", "scenario"]
