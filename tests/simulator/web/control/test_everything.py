"""Whatever a page can do, a program can: each form has its operation."""

from __future__ import annotations

from flask.testing import FlaskClient

from simulator.web.control.operation import OPERATIONS

DOES = {
    "/": "follow_link",
    "/checkout/<payment_id>/card": "pay",
    "/checkout/<payment_id>/pay": "pay",
    "/checkout/<payment_id>/cancel": "cancel",
    "/checkout/<payment_id>/again": "resume",
    "/checkout/<payment_id>/age": "let_time_pass",
    "/faults": "add_fault",
    "/faults/<fault_id>/remove": "remove_fault",
    "/faults/<fault_id>/switch": "switch_fault",
    "/payments": "begin_payment",
    "/payments/<payment_id>/age": "age_payment",
    "/payments/<payment_id>/cancel": "cancel",
    "/payments/<payment_id>/compare": "compare_books",
    "/payments/<payment_id>/fiscal": "send_fiscal_data",
    "/payments/<payment_id>/look": "look_at_payment",
    "/payments/<payment_id>/refund": "refund",
    "/payments/<payment_id>/repeat": "repeat_call",
    "/payments/<payment_id>/resume": "resume",
    "/payments/<payment_id>/wait": "let_time_pass",
    "/runs": "start_run",
    "/runs/<run_id>/stop": "stop_run",
    "/sandbox/<slug>": "play_page",
    "/sandbox/order": "make_order",
    "/sandbox/sequence/<name>": "play_sequence",
    "/settings/clock": "let_time_pass",
    "/settings/kassas": "add_kassa",
    "/settings/kassas/<kassa_id>": "change_kassa",
    "/settings/kassas/<kassa_id>/remove": "remove_kassa",
    "/settings/kassas/<kassa_id>/reveal": "reveal_key",
    "/settings/reset": "reset",
    "/settings/snapshots": "take_snapshot",
    "/settings/snapshots/<name>/forget": "forget_snapshot",
    "/settings/snapshots/<name>/restore": "restore_snapshot",
}
"""Address of a form -> the operation that does the same."""


def test_each_form_has_its_operation(client: FlaskClient) -> None:
    rules = client.application.url_map.iter_rules()
    forms = {rule.rule for rule in rules if "POST" in (rule.methods or ())}
    assert {one for one in forms if not one.startswith("/control/")} == set(DOES)
    assert set(DOES.values()) <= {one.name for one in OPERATIONS}
