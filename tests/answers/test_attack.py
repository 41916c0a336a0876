"""Simulated regions are attacked by brute force: weak policies leak, ours does not."""

import json

import pytest
from django.core.management import call_command


def attack(capsys, policy, waves, seed=1):
    call_command("sdc_attack", "--waves", str(waves), "--seed", str(seed), "--policy", policy)
    return json.loads(capsys.readouterr().out.splitlines()[-1])


@pytest.mark.parametrize("policy", ["hide-lt-5", "set-and-remainder"])
def test_weak_policies_leak_in_most_regions(capsys, policy):
    said = attack(capsys, policy, 40)
    assert said["violations"] > 15
    assert {key: said[key] for key in ("policy", "waves", "seed")} == {"policy": policy, "waves": 40, "seed": 1}


@pytest.mark.parametrize("waves", [60, pytest.param(1000, marks=pytest.mark.deep)])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_ours_leaks_in_none(capsys, waves, seed):
    assert attack(capsys, "helmi", waves, seed)["violations"] == 0


def test_the_same_seed_gives_the_same_regions(capsys):
    assert attack(capsys, "hide-lt-5", 20, seed=7) == attack(capsys, "hide-lt-5", 20, seed=7)
