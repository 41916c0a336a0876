"""Somebody who counts and is killed: `python -m tests.answers.closer`, with database and keys in the environment."""

import sys

import django

if __name__ == "__main__":
    django.setup()
    from answers import actions
    from base import clock
    from tests.answers import conftest  # noqa: F401  (registers the kinds)

    sys.stdout.write("ready\n")
    sys.stdout.flush()
    actions.count_due(now=clock.now())
