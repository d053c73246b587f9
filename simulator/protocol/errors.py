"""The error object: code, message in three languages, and the account member at fault.

Source: developer.help.paycom.uz, "Формат ответа", "Ошибки (errors)".
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from simulator.protocol.answer import Answer, code_is_integer
from simulator.protocol.finding import MISSING, Finding, Report, show
from simulator.protocol.vocabulary import LANGUAGES, Method, is_account_code, may_answer


def is_localised(message: object) -> bool:
    """An object with a text in every language that Payme's payers read.

    A text has letters: Cyrillic that went through Latin-1 is nothing but question marks.
    """
    return isinstance(message, Mapping) and all(
        isinstance(message.get(lang), str) and any(map(str.isalpha, message[lang]))
        for lang in LANGUAGES
    )


def check_error(
    method: Method | None, answer: Answer, members: Collection[str], report: Report
) -> None:
    """Judge an error answer. `members` are the names that the run uses in `account`."""
    if not code_is_integer(answer, report) or not isinstance(answer.error, Mapping):
        return
    code = answer.error["code"]
    if method is not None and isinstance(code, int):
        report.expect(
            may_answer(method, code),
            Finding(
                "error.code-known",
                f"{method} may not be refused with this code.",
                "error.code",
                "a code that is documented for this method",
                str(code),
            ),
        )
    if is_account_code(code):
        _check_account_error(answer.error, members, report)


def _check_account_error(
    error: Mapping[str, object], members: Collection[str], report: Report
) -> None:
    message = error.get("message", MISSING)
    present = report.expect(
        message is not MISSING and message is not None and message not in ("", {}),
        Finding(
            "error.message-present",
            "An account error tells the payer what is wrong.",
            "error.message",
            "a message",
            show(message),
        ),
    )
    if present:
        _check_languages(message, report)
    data = error.get("data", MISSING)
    report.expect(
        isinstance(data, str) and data in members,
        Finding(
            "error.data-account-member",
            "`data` names the account member at fault.",
            "error.data",
            " or ".join(show(name) for name in sorted(members)),
            show(data),
        ),
    )


def _check_languages(message: object, report: Report) -> None:
    localised = report.expect(
        isinstance(message, Mapping),
        Finding(
            "error.message-localised",
            "The message of an account error is an object of languages.",
            "error.message",
            "an object with ru, uz and en",
            show(message),
        ),
    )
    if localised:
        report.expect(
            is_localised(message),
            Finding(
                "error.message-languages",
                "The message is there in ru, uz and en.",
                "error.message",
                "a text for each of ru, uz and en",
                show(message),
            ),
        )
