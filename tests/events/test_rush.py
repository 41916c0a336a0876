"""The rush: two hundred people press the button at once, in a live server, for fifty seats."""

import http.client
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import time as at_time
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.conf import settings

from base import clock
from events import actions
from events.models import Claim, Event, Places, Registration
from events.states import SOLD
from outbox.models import Letter
from tests.cast import make_cast
from tests.outbox.test_kills import shared_database

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def seminar():
    """A public seminar a month from now on the real clock, since the servers live by it, with 50 places."""
    cast = make_cast()
    now = clock.now()
    event = actions.create_event(
        region=cast.sormland,
        kind="seminar",
        title={"sv": "Stanna och väx"},
        date=(now + timedelta(days=30)).date(),
        start_time=at_time(9),
        end_time=at_time(15),
        audience="public",
        by=cast.malin,
        now=now,
    )
    event = actions.publish_event(event=event, by=cast.malin, now=now)
    row = actions.open_places(region=event.region, capacity=50, starts_at=event.starts_at)
    Places.objects.filter(pk=row.pk).update(event=event, way="on_site")
    row.refresh_from_db()
    return event, row


@pytest.fixture
def serve(tmp_path):
    """`serve("config.wsgi")` starts gunicorn with two workers and gives its port."""
    servers = []

    def start(application):
        port = free_port()
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "HELMI_DEMO": "1",
            "HELMI_VAR": str(tmp_path / "var"),
            "DATABASE_URL": shared_database(tmp_path),
            "DATABASE_POOL": "0",
            "ALLOWED_HOSTS": "127.0.0.1,localhost",
            "BASE_URL": f"http://127.0.0.1:{port}",
            "EMAIL_URL": "dummymail://",
            "CARELESS": "1",
        }
        command = [
            sys.executable, "-m", "gunicorn", f"{application}:application", "--no-control-socket", "-w", "2",
            "--worker-class", "gthread", "--threads", "8", "-b", f"127.0.0.1:{port}", "--timeout", "60",
        ]  # fmt: skip
        with (tmp_path / "server.log").open("w") as log:
            servers.append(subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, stdout=log, stderr=log))
        for _try in range(300):
            try:
                with socket.create_connection(("127.0.0.1", port), timeout=1):
                    pass
                client = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
                client.request("GET", "/health/")
                client.getresponse().read()
                client.close()
                return port
            except OSError:
                time.sleep(0.1)
        raise AssertionError(Path(tmp_path / "server.log").read_text())

    yield start
    for server in servers:
        server.terminate()
        server.wait(10)


def rush(port: int, event: Event, clients: int) -> Counter:
    """So many people open the form, and press the button in the same moment; how they were answered."""
    path = f"/{event.region.slug}/events/{event.pk}/register/"
    together = threading.Barrier(clients)
    answers: Counter = Counter()

    def run(number: int) -> None:
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        try:
            client.request("GET", path)
            page = client.getresponse()
            cookie = (page.getheader("Set-Cookie") or "").split(";")[0]
            token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.read().decode())[1]
            client.close()
            together.wait(timeout=120)
            typed = {
                "csrfmiddlewaretoken": token,
                "name": f"Gäst {number}",
                "email": f"gast{number}@annan.example",
                "employer": "Eskilstuna",
                "language": "sv",
            }
            head = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
            client.request("POST", path, urlencode(typed), head)
            answer = client.getresponse()
            answer.read()
            answers[answer.status] += 1
        except Exception as error:
            answers[f"{type(error).__name__}: {error}"] += 1
        finally:
            client.close()

    threads = [threading.Thread(target=run, args=(number,), daemon=True) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=180)
    return answers


@pytest.mark.parametrize(("clients", "seats"), [(40, 10), pytest.param(200, 50, marks=pytest.mark.deep)])
def test_exactly_as_many_have_a_place_as_there_are_and_the_rest_stand_in_order(seminar, serve, clients, seats):
    event, row = seminar
    Places.objects.filter(pk=row.pk).update(capacity=seats)
    answers = rush(serve("config.wsgi"), event, clients)
    assert answers == {302: clients}, answers
    row.refresh_from_db()
    assert row.sold == Claim.objects.filter(places=row, state__in=SOLD).count() == seats
    positions = Claim.objects.waiting().filter(places=row).values_list("position", flat=True)
    assert list(positions) == list(range(1, clients - seats + 1)), "without ties and gaps"
    assert Registration.objects.count() == Letter.objects.count() == clients


def test_control_without_the_lock_more_seats_are_given_than_there_are(seminar, serve):
    event, row = seminar
    Places.objects.filter(pk=row.pk).update(capacity=5)
    answers = rush(serve("tests.events.careless"), event, 30)
    assert answers[302] >= 15, answers
    assert Claim.objects.filter(places=row, state__in=SOLD).count() > 5
