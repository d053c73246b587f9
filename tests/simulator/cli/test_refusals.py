"""Everything that can keep a run from beginning: one message, what to do, the right exit code."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable

import pytest

from tests.simulator.caller.servers import answer, closed_port, serving
from tests.simulator.cli.command import BLIND, KEY, MINE, Command, Ran
from tests.simulator.cli.conftest import Compare, Open

ONE = (*MINE, "--seed", "7")


def check(command: Command, *words: str) -> Ran:
    return command("check", *ONE, *words)


def test_a_configuration_with_slips(command: Command, whole: Compare) -> None:
    command.write(
        "payme-sandbox.toml",
        '[merchant]\nurll = "http://127.0.0.1:5000/payme"\nkey = "${NO_SUCH_KEY}"\n'
        'refunds = "yes"\n[orders]\namount = 0.5\n',
    )
    whole("bad-config", check(command))


def test_a_configuration_that_is_not_there(command: Command, whole: Compare) -> None:
    whole("no-config", check(command, "--config", "none.toml"))


def test_a_merchant_elsewhere(command: Command) -> None:
    ran = check(command, "--url", "https://shop.example.com/payme", "--key", "k" * 36)
    assert ran.code == 2
    assert "allow_remote" in ran.err


def test_nobody_listens(command: Command, whole: Compare) -> None:
    command.merchant(f"http://127.0.0.1:{closed_port()}/pay", top=BLIND)
    ran = check(command, "--json", "report.json")
    whole("closed-port", ran)
    assert ran.code == 3
    report = json.loads((command.folder / "report.json").read_text(encoding="utf-8"))
    assert (report["exit_code"], report["checks"]) == (3, [])


def test_a_wrong_path(shop: Open, whole: Compare) -> None:
    command = shop()
    toml = (command.folder / "payme-sandbox.toml").read_text(encoding="utf-8")
    command.write("payme-sandbox.toml", toml.replace('/pay"', '/payment"'))
    ran = check(command)
    whole("wrong-path", ran)
    assert ran.code == 3


def test_a_wrong_key(shop: Open, whole: Compare) -> None:
    ran = check(shop(key="another-key-of-36-characters"))
    whole("wrong-key", ran)
    assert ran.code in (1, 2)
    assert "The merchant refuses the configured login and key." in " ".join(ran.out.split())


def orders_only(pay: Callable[[socket.socket], object]) -> Callable[[socket.socket, bytes], None]:
    """Orders are made at /bills; a payment is what `pay` makes of its connection."""

    def handle(connection: socket.socket, request: bytes) -> None:
        if request.startswith(b"POST /bills "):
            connection.sendall(answer(b"{}"))
        else:
            pay(connection)

    return handle


def test_a_merchant_that_hangs(command: Command, whole: Compare) -> None:
    with serving(orders_only(lambda connection: connection.recv(1))) as server:
        url = server.url.replace("/payme", "/pay")
        command.merchant(url, 'timeout = "200ms"', BLIND)
        whole("hangs", check(command))


def test_a_merchant_that_talks_no_http(command: Command, whole: Compare) -> None:
    with serving(orders_only(lambda c: c.sendall(b"SSH-2.0-OpenSSH_9.6\r\n\r\n"))) as server:
        command.merchant(server.url.replace("/payme", "/pay"), top=BLIND)
        whole("no-http", check(command))


def test_an_order_that_is_refused_with_the_key(command: Command) -> None:
    denied = answer(f"denied for {KEY}".encode(), "403 Forbidden")
    with serving(lambda connection, request: connection.sendall(denied)) as server:
        command.merchant(server.url.replace("/payme", "/pay"), top=BLIND)
        ran = check(command, "--json", "r.json", "--junit", "r.xml", "--html", "r.html")
    assert ran.code == 2
    assert "denied for ••••" in ran.text
    for name in ("r.json", "r.xml", "r.html"):
        assert KEY not in (command.folder / name).read_text(encoding="utf-8")


def test_orders_that_cannot_be_made(shop: Open, whole: Compare) -> None:
    command = shop()
    toml = (command.folder / "payme-sandbox.toml").read_text(encoding="utf-8")
    command.write("payme-sandbox.toml", toml.replace("/bills", "/orders"))
    ran = check(command)
    whole("no-orders", ran)
    assert ran.code == 2


def test_a_database_that_is_not_there(shop: Open) -> None:
    command = shop()
    toml = (command.folder / "payme-sandbox.toml").read_text(encoding="utf-8")
    command.write(
        "payme-sandbox.toml",
        toml.replace("database = false\n", "") + '[database]\nurl = "sqlite:///none.db"\n'
        '[database.transactions]\ntable = "t"\ncolumns = { payme_id = "id" }\n',
    )
    ran = check(command)
    # where lines are broken depends on how long the folder's name is
    told = "".join(ran.text.split())
    assert "none.dbcannotberead:unabletoopendatabasefile" in told
    assert "isitrunning,hasthemerchantmadeityet,andisdatabase.urlright?" in told
    assert ran.code == 2
    assert not (command.folder / "none.db").exists()


def test_a_log_that_is_not_there_is_not_testable(shop: Open) -> None:
    command = shop()
    toml = (command.folder / "payme-sandbox.toml").read_text(encoding="utf-8")
    command.write(
        "payme-sandbox.toml", toml.replace("log = false", "") + '[log]\nfile = "none.log"\n'
    )
    ran = check(command, "--json", "report.json")
    assert ran.code == 1
    words = " ".join(ran.out.split())
    assert "not testable" in words
    assert "there is no file" in words
    report = json.loads((command.folder / "report.json").read_text(encoding="utf-8"))
    assert report["totals"]["not_testable"] > 0
    assert report["totals"]["failed"] == 0


def test_nothing_was_said_of_database_and_log(shop: Open) -> None:
    command = shop()
    toml = (command.folder / "payme-sandbox.toml").read_text(encoding="utf-8")
    command.write("payme-sandbox.toml", toml.replace(BLIND, ""))
    ran = check(command)
    assert ran.code == 1
    assert "write database = false" in " ".join(ran.out.split())


def test_nothing_is_selected(command: Command, whole: Compare) -> None:
    command.merchant("http://127.0.0.1:5000/pay", top=BLIND)
    ran = command("check", "--only", "create.wroks")
    whole("nothing-selected", ran)
    assert ran.code == 4


def test_nothing_selected_applies(shop: Open) -> None:
    ran = shop()("check", "--only", "race.create-accumulating")
    assert ran.code == 4
    assert "no selected scenario applies to this merchant" in " ".join(ran.out.split())


def test_a_report_that_cannot_be_written(command: Command) -> None:
    command.merchant(f"http://127.0.0.1:{closed_port()}/pay", top=BLIND)
    command.write("a-file", "")
    ran = check(command, "--html", "a-file/report.html")
    assert ran.code == 2
    assert "cannot write the HTML report to a-file/report.html: " in ran.err
    assert "Name a file in a folder that you may write to." in ran.err


def test_records_that_cannot_be_written(shop: Open) -> None:
    command = shop()
    command.write(".payme-sandbox", "a file, where a folder is to be")
    ran = check(command)
    assert ran.code == 2
    assert ran.err.startswith(".payme-sandbox/cases cannot be written: ")
    assert "run it in one that you may write to." in ran.err
    assert "Name a file" not in ran.err


def test_a_baseline_that_is_wrong(command: Command, whole: Compare) -> None:
    command.merchant("http://127.0.0.1:5000/pay", top=BLIND)
    command.write("b.toml", '[[known]]\ncode = "PM-CR-04"\nscenario = "*"\n')
    whole("bad-baseline", check(command, "--baseline", "b.toml"))


def test_no_case_and_no_last_run(command: Command) -> None:
    ran = command("replay", "x7Kp2")
    assert ran.code == 2
    assert ran.err == (
        'there is no case "x7Kp2" in .payme-sandbox/cases; no case is recorded here\n'
    )
    command.merchant("http://127.0.0.1:5000/pay", top=BLIND)
    ran = command.within("check", "--last-failed")
    assert ran.code == 2
    assert ran.err == "no run is recorded here yet; run check once without --last-failed\n"


def test_damaged_records(command: Command) -> None:
    command.merchant("http://127.0.0.1:5000/pay", top=BLIND)
    command.write(".payme-sandbox/last-failed.json", "{")
    command.write(".payme-sandbox/cases/x7Kp2.json", "{")
    ran = command.within("check", "--last-failed")
    assert ran.code == 2
    assert ran.err.startswith(".payme-sandbox/last-failed.json is damaged (")
    ran = command("replay", "x7Kp2")
    assert ran.code == 2
    assert ran.err.startswith(".payme-sandbox/cases/x7Kp2.json is damaged (")


def test_a_folder_of_scenarios_that_is_not_there(command: Command) -> None:
    ran = command.within("check", "--scenarios", "none")
    assert (ran.code, ran.err) == (2, "none: there is no such folder of scenarios\n")


def test_a_folder_without_scenarios(command: Command) -> None:
    (command.folder / "mine").mkdir()
    ran = command.within("check", "--scenarios", "mine")
    assert (ran.code, ran.err) == (
        2,
        "mine: there is no scenario in it: no file is called *.yaml\n",
    )


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--json", "r", "--html", "./r"], "--html and --json name the same file, r: name two."),
        (["--junit", "x/../r", "--json", "r"], "--junit and --json name the same file"),
        (["--html", "payme-sandbox.toml"], "--html and --config name the same file"),
        (["--json", "b.toml", "--baseline", "b.toml"], "--json and --baseline name the same"),
        (["--json", "-"], "--json writes a file, and stdout has the report for people"),
    ],
)
def test_reports_that_would_go_over_something(
    command: Command, arguments: list[str], says: str
) -> None:
    command.merchant("http://127.0.0.1:5000/pay", top=BLIND)
    ran = command.within("check", *arguments)
    assert (ran.code, says in ran.err) == (2, True), ran.err


def test_a_process_that_cannot_be_started(command: Command) -> None:
    more = '[process]\ncommand = ["./no-such-program"]\n'
    command.merchant(f"http://127.0.0.1:{closed_port()}/pay", more, BLIND)
    ran = check(command)
    assert ran.code == 2
    assert "./no-such-program was not found" in ran.text


def test_a_process_that_dies_at_once(command: Command) -> None:
    program = "import os; raise SystemExit('no port for ' + os.environ['TEST_KEY'])"
    more = f"[process]\ncommand = {json.dumps(['python3', '-c', program])}\n"
    command.merchant(f"http://127.0.0.1:{closed_port()}/pay", more, BLIND)
    ran = check(command)
    assert ran.code == 3
    assert "no port for ••••" in ran.text


def test_the_reference_merchant_and_another_one(command: Command) -> None:
    ran = command.within("check", "--reference", "one-time", "--url", "http://127.0.0.1:5000/pay")
    assert ran.code == 2
    assert "--reference starts the reference merchant" in ran.err
