"""Faults: what goes wrong on purpose."""

from __future__ import annotations

from simulator.web.control import schemas, shown
from simulator.web.control.operation import operation
from simulator.web.control.schemas import FaultId, FaultShown
from simulator.web.faults import NewFault
from simulator.web.kassas import CONFIGURED
from simulator.web.server import Server


@operation("GET", "/faults")
def list_faults(server: Server, query: schemas.KassaQuery) -> schemas.FaultsShown:
    """The rules, in the order in which they are asked."""
    return schemas.FaultsShown(faults=[shown.fault(one) for one in server.faults.all(query.kassa)])


@operation("POST", "/faults", status=201, refuses=(404, 409))
def add_fault(server: Server, body: schemas.FaultBody) -> FaultShown:
    """Spoil some of our own calls from now on; the journal marks each that was."""
    told = body.model_dump(mode="json", exclude={"kassa"})
    return shown.fault(server.faults.add(NewFault(body.kassa or CONFIGURED, **told)))


@operation("GET", "/faults/{fault_id}")
def show_fault(server: Server, fault_id: FaultId) -> FaultShown:
    """One rule."""
    return shown.fault(server.faults.get(fault_id))


@operation("PATCH", "/faults/{fault_id}")
def switch_fault(server: Server, fault_id: FaultId, body: schemas.FaultChange) -> FaultShown:
    """Switch a rule on or off."""
    return shown.fault(server.faults.switch(fault_id, body.active))


@operation("DELETE", "/faults/{fault_id}")
def remove_fault(server: Server, fault_id: FaultId) -> None:
    """Forget a rule."""
    server.faults.remove(fault_id)
