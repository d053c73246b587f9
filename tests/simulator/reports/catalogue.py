"""A small catalogue of rules, of the real one's shape."""

from __future__ import annotations

from dataclasses import replace

from simulator.conformance.events import Level, Rule

DOCS = "https://developer.help.paycom.uz"
_ROWS = """
PM-TR-01 must transport.http-200 transport The HTTP status is 200 for every answer, errors too.
PM-TR-02 must transport.json-object transport The answer is one JSON object.
PM-TR-03 should transport.content-type transport The answer is not declared as HTML.
PM-EN-01 must envelope.id-same transport The answer carries the request's id.
PM-AU-01 must auth.none authorization A call without credentials is answered -32504.
PM-AU-02 must auth.wrong-key authorization A call with a wrong key is answered -32504.
PM-AU-03 must auth.key-prefix authorization A text that only ends with the key is refused.
PM-AU-04 should auth.wrong-login authorization A wrong login with the right key is refused.
PM-CP-01 must check-perform.allow check-perform A payable order is allowed.
PM-CP-02 must check-perform.unknown-account check-perform An unknown order is -31050…-31099.
PM-CP-03 must check-perform.amount check-perform A wrong amount is answered -31001.
PM-CP-04 should check-perform.occupied check-perform An occupied order is not allowed.
PM-CR-01 must create.new create The first CreateTransaction answers state 1.
PM-CR-02 must create.one-row create One transaction leaves one row.
PM-CR-03 must create.amount create A wrong amount is answered -31001.
PM-CR-04 must create.repeat-same-answer create The second call answers exactly as the first.
PM-CR-05 must create.busy create A second transaction on a busy order is refused.
PM-CR-06 should create.busy-code create The refusal of a busy order uses the documented code.
PM-CR-07 must create.refused-leaves-nothing create A refused call leaves no transaction.
PM-PE-01 must perform.new perform PerformTransaction answers state 2 and its time.
PM-PE-02 must perform.repeat-same-answer perform The second PerformTransaction answers as the first.
PM-PE-03 must perform.expired perform An expired transaction is answered -31008.
PM-CA-01 must cancel.created cancel A created transaction is cancelled to state -1.
PM-CA-02 must cancel.performed cancel A performed transaction is cancelled to state -2.
PM-CA-03 must cancel.repeat-same-answer cancel The second CancelTransaction answers as the first.
PM-CT-01 must check.matches-answers check CheckTransaction tells what was acknowledged.
PM-CT-02 should types.unset-times-zero check A time that is not set is 0.
PM-ST-01 must statement.bounds statement GetStatement includes both bounds.
PM-ST-02 should statement.order statement Transactions are ordered by Payme's time.
PM-DB-01 must database.matches-answers database The row says what CheckTransaction says.
PM-LG-01 must log.nothing-forbidden log Nothing forbidden is written to the log.
PM-LG-02 must log.no-key log The key is never written to the log.
"""


def _rules() -> dict[str, Rule]:
    rules: dict[str, Rule] = {}
    for row in _ROWS.strip().splitlines():
        code, level, rule_id, group, text = row.split(maxsplit=4)
        page = f"{DOCS}/metody-merchant-api/{group}transaction"
        rules[rule_id] = Rule(code, rule_id, Level(level), text, page, group)
    rules["create.repeat-same-answer"] = replace(
        rules["create.repeat-same-answer"],
        why="Payme repeats a call whose answer it did not see and compares the two.",
        usual_cause="create_time is taken from the clock again, not from the stored row.",
        fix="Look the transaction up by Payme's id first; if it is there, answer from its row.",
    )
    return rules


RULES = _rules()
