"""/health/ says whether database, queue and clock do their work, and nothing about people."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError, connection

from base.models import Tick

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def health(client):
    answer = client.get("/health/")
    return answer.status_code, answer.json()


@pytest.mark.django_db
@pytest.mark.parametrize("minutes, word", [(1, "ok"), (6, "late")])
def test_it_says_whether_the_clock_goes(client, at, minutes, word):
    at(NOW)
    Tick.objects.update_or_create(name="clock", defaults={"last_at": NOW - timedelta(minutes=minutes)})
    status, facts = health(client)
    assert status == 200
    assert facts["clock"] == word
    assert facts["clock_seconds"] == minutes * 60


@pytest.mark.django_db
def test_it_answers_before_the_clock_has_ever_gone(client):
    Tick.objects.all().delete()
    assert health(client) == (200, {"version": "dev", "database": "ok", "queue": "ok", "clock": "never"})


@pytest.mark.django_db
def test_it_is_503_when_the_database_does_not_answer(client):
    def down(*arguments):
        raise OperationalError("could not connect")

    with connection.execute_wrapper(down):
        status, facts = health(client)
    assert (status, facts["database"]) == (503, "down")
