"""Log lines are JSON, carry the request's id, and hold no personal data."""

import json
import logging
import sys

import pytest
from django.db import IntegrityError
from django.test import RequestFactory

from config.logs import JsonLines, request_id

SECRET = "asa.astrom@example.org"


def line(record):
    return json.loads(JsonLines().format(record))


def made(name="helmi", message="a sentence", arguments=(), **extra):
    record = logging.LogRecord(name, logging.WARNING, __file__, 1, message, arguments, None)
    vars(record).update(extra)
    return record


def test_a_line_is_one_line_of_json_even_when_somebody_types_line_breaks():
    text = JsonLines().format(made(message="name: %s", arguments=("Åsa\r\n{fake}",)))
    assert "\n" not in text
    assert json.loads(text)["message"] == "name: Åsa\r\n{fake}"


def test_a_request_is_named_by_its_route_and_never_by_path_or_query():
    request = RequestFactory().get(f"/answer/{SECRET}/?email={SECRET}")
    record = made("django.request", "Not Found: %s", (request.path,), request=request, status_code=404)
    said = line(record)
    assert SECRET not in json.dumps(said)
    assert (said["status"], said["method"], said["route"]) == (404, "GET", "unknown")


def test_an_error_is_named_by_its_type_and_place_and_not_by_its_message():
    try:
        raise IntegrityError(f"Key (email)=({SECRET}) already exists.")
    except IntegrityError:
        record = made(message="it broke")
        record.exc_info = sys.exc_info()
    said = line(record)
    assert SECRET not in json.dumps(said)
    assert said["error"] == "IntegrityError"
    assert "test_logs.py" in said["where"][-1]


def test_a_line_carries_the_id_of_its_request():
    token = request_id.set("abc-123")
    try:
        assert line(made())["request"] == "abc-123"
    finally:
        request_id.reset(token)
    assert "request" not in line(made())


@pytest.mark.django_db
def test_the_answer_names_its_id_and_the_log_names_route_and_status(client, caplog):
    caplog.set_level(logging.INFO, "helmi.request")
    answer = client.get(f"/no/such/page/{SECRET}/?q={SECRET}", headers={"X-Request-ID": "spoofed-by-client"})
    identifier = answer.headers["X-Request-ID"]
    assert identifier != "spoofed-by-client"
    record = next(row for row in caplog.records if row.name == "helmi.request")
    said = line(record)
    assert said["status"] == 404
    assert SECRET not in json.dumps(said)


@pytest.mark.django_db
def test_every_answer_carries_the_security_headers(client):
    answer = client.get("/no/such/page/")
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "geolocation=()" in answer.headers["Permissions-Policy"]
