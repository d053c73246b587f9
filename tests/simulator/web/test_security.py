"""Who may ask, and what an answer may do in a browser."""

from __future__ import annotations

import base64
import dataclasses

import pytest
from flask import Flask
from flask.testing import FlaskClient

from simulator.web import security
from simulator.web.app import create_app
from simulator.web.hosts import CannotListen, bound, is_private
from tests.simulator.web.conftest import KASSA, Bench
from tests.simulator.web.merchant import KEY

HERE = "http://127.0.0.1:8080"


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8080", "127.0.0.1.evil.example", ""]
)
def test_another_name_in_the_host_header_is_refused(client: FlaskClient, host: str) -> None:
    answer = client.get("/control/state", headers={"Host": host})
    assert answer.status_code in (400, 421)
    assert b"payments" not in answer.data


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost:8080", "[::1]:8080", "localhost"])
def test_our_own_names_are_let_in(client: FlaskClient, host: str) -> None:
    assert client.get("/control/state", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://127.0.0.1:9999"},
    ],
    ids=str,
)
def test_another_sites_page_changes_nothing(
    client: FlaskClient, bench: Bench, headers: dict[str, str]
) -> None:
    answer = client.post("/control/clock", json={"advance_ms": 5}, headers=headers, base_url=HERE)
    assert answer.status_code == 403
    assert bench.server.clock.shift_ms == 0


def test_our_own_page_does(client: FlaskClient, bench: Bench) -> None:
    headers = {"Origin": HERE, "Sec-Fetch-Site": "same-origin"}
    answer = client.post("/control/clock", json={"advance_ms": 5}, headers=headers, base_url=HERE)
    assert answer.status_code == 200
    assert bench.server.clock.shift_ms == 5


def test_a_form_cannot_speak_to_the_control_api(client: FlaskClient) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        answer = client.post("/control/clock", data='{"advance_ms": 5}', content_type=kind)
        assert answer.status_code == 415


@pytest.fixture
def formed(bench: Bench) -> Flask:
    """The application with a page that has a form."""
    app = create_app(bench.server)

    @app.route("/form", methods=["GET", "POST"])
    def form() -> str:
        return security.token()

    @app.post("/open")
    @security.from_anywhere
    def anywhere() -> str:
        return "came"

    return app


def test_a_form_needs_the_sessions_token(formed: Flask) -> None:
    client = formed.test_client()
    assert client.post("/form").status_code == 400
    token = client.get("/form").text
    assert client.post("/form", data={"csrf_token": "x" + token}).status_code == 400
    assert client.post("/form", data={"csrf_token": token}).status_code == 200
    assert formed.test_client().post("/form", data={"csrf_token": token}).status_code == 400


def test_a_view_that_is_marked_takes_forms_of_shops(formed: Flask) -> None:
    headers = {"Origin": "http://shop.example", "Sec-Fetch-Site": "cross-site"}
    assert formed.test_client().post("/open", headers=headers).text == "came"


def test_every_answer_has_a_policy_without_anything_inline(client: FlaskClient) -> None:
    for path in ("/control/state", "/nothing", "/healthz", "/events"):
        answer = client.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        answer.close()


def test_the_key_is_masked_until_it_is_asked_for(client: FlaskClient) -> None:
    for path in ("/control/kassas", f"/control/kassas/{KASSA}"):
        assert KEY not in client.get(path).text
    revealed = client.post(f"/control/kassas/{KASSA}/reveal").json
    assert revealed == {"key": KEY}


def test_the_key_is_in_no_exchange(client: FlaskClient, bench: Bench) -> None:
    bench.merchant.plan("CreateTransaction", f'{{"error": "{KEY}"}}')
    bench.pay()
    encoded = base64.b64encode(f"Paycom:{KEY}".encode()).decode()
    for path in ("/control/exchanges", "/control/journal.har", "/control/journal.yaml"):
        text = client.get(path).text
        assert "CreateTransaction" in text
        assert KEY not in text
        assert encoded not in text


def test_a_server_for_others_asks_for_the_password(bench: Bench) -> None:
    bench.server.options = dataclasses.replace(
        bench.server.options, host="0.0.0.0", password="sésame"
    )
    client = create_app(bench.server).test_client()
    asked = client.get("/control/state")
    assert (asked.status_code, asked.headers["Content-Language"]) == (401, "ru, uz, en")
    assert all(word in asked.text for word in ("пароль", "paroli", "password"))
    assert "Basic" in client.get("/").headers["WWW-Authenticate"]
    for given, status in (("sésame", 200), ("sesame", 401), ("", 401)):
        encoded = base64.b64encode(f"anybody:{given}".encode()).decode()
        headers = {"Authorization": f"Basic {encoded}", "Host": "sandbox.shop.example"}
        assert client.get("/control/state", headers=headers).status_code == status


@pytest.mark.parametrize(
    ("host", "private"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("a.uz", False)],
)
def test_addresses_that_only_this_machine_reaches(host: str, private: bool) -> None:
    assert is_private(host) is private


def test_a_port_in_use_is_told_of() -> None:
    with bound("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotListen, match=f"cannot listen at 127.0.0.1:{port}: .*--port"):
            bound("127.0.0.1", port)


def test_the_pages_own_files_are_kept_for_a_minute(client: FlaskClient) -> None:
    with client.get("/static/checkout.js") as answer:
        assert answer.headers["Cache-Control"] == "public, max-age=60"
