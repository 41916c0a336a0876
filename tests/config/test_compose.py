"""The compose file describes a whole installation, and each of its commands exists."""

import re
from pathlib import Path

import pytest
import yaml
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
OURS = ["migrate", "web", "worker", "clock"]
RUN = (ROOT / "run").read_text()


def commands():
    for name, service in SERVICES.items():
        if name in OURS:
            yield name, service["command"]
            test = service.get("healthcheck", {}).get("test", [])
            if test:
                yield name, test[1:]


def test_the_installation_is_whole():
    assert set(SERVICES) == {*OURS, "database", "queue", "mail"}


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"migrate"}))
def test_every_lasting_service_has_a_health_check(name):
    check = SERVICES[name]["healthcheck"]
    assert check["test"]
    assert {"interval", "timeout", "retries"} <= set(check)


@pytest.mark.parametrize("name, command", list(commands()))
def test_every_command_exists(name, command):
    program, *rest = command
    if program == "./run":
        assert re.search(rf"^{rest[0]}\)", RUN, re.MULTILINE), rest[0]
        return
    assert program == ".venv/bin/celery"


@pytest.mark.parametrize("name", OURS)
def test_every_part_gets_all_that_the_settings_need(name):
    given = set(SERVICES[name]["environment"])
    assert {"SECRET_KEY", "ALLOWED_HOSTS", "BASE_URL", "DATABASE_URL", "REDIS_URL", "EMAIL_URL"} <= given
    assert not given & {"DEBUG", "HELMI_DEMO"}


def test_data_survives_a_restart():
    mounted = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}
    assert mounted == set(COMPOSE["volumes"]) == {"files", "keys", "database", "queue"}


def test_the_keys_of_sealed_ballots_are_mounted_in_the_worker_only():
    has_keys = {name for name, service in SERVICES.items() if "keys:/keys" in service.get("volumes", [])}
    assert has_keys == {"worker"}
    assert SERVICES["worker"]["environment"]["KEYS_DIR"] == "/keys"
    assert SERVICES["web"]["environment"]["KEYS_DIR"] != "/keys"


def test_nothing_but_the_web_server_and_the_mail_catcher_can_be_reached_and_only_from_the_machine_itself():
    open_ports = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert set(open_ports) == {"web", "mail"}
    assert all(port.startswith("127.0.0.1:") for ports in open_ports.values() for port in ports)


def test_the_image_runs_as_an_ordinary_user_and_holds_the_same_packages():
    image = (ROOT / "Dockerfile").read_text()
    assert "USER helmi" in image
    assert "./run setup" in image
    assert "libpango-1.0-0 libpangoft2-1.0-0" in image


def test_the_example_environment_names_what_compose_asks_for():
    asked = set(re.findall(r"\$\{([A-Z_]+):\?", (ROOT / "docker-compose.yml").read_text()))
    example = {line.split("=")[0] for line in (ROOT / ".env.example").read_text().splitlines() if "=" in line}
    assert asked <= example
