"""The packages at the top are exactly those of the floors."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LINTER = PYPROJECT["tool"]["importlinter"]


def packages() -> set[str]:
    return {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}


def floors() -> set[str]:
    contract = next(row for row in LINTER["contracts"] if row["id"] == "floors")
    return {name.strip() for layer in contract["layers"] for name in layer.split("|")}


def test_every_package_stands_on_a_floor_and_every_floor_exists():
    assert packages() == floors()


def test_the_linter_reads_every_package():
    assert set(LINTER["root_packages"]) == packages()


def test_types_are_checked_in_every_package():
    assert set(PYPROJECT["tool"]["mypy"]["packages"]) == packages()


def test_every_app_keeps_to_the_list_of_rooms():
    contract = next(row for row in LINTER["contracts"] if row["id"] == "rooms")
    assert set(contract["containers"]) == packages() - {"config", "base"}
    assert contract["exhaustive"] is True
