"""`manage.py add_administrator NAME ADDRESS`: the first person of a new installation, who lets in the others."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction

from base import clock
from base.refusal import Refusal
from people.actions import give_role, register_person
from people.states import Language, Role


class Command(BaseCommand):
    """Registers a person and makes her an administrator from today; she signs in with a code to her address."""

    help = "Make somebody an administrator. She signs in with a code that is sent to the address."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Who."""
        parser.add_argument("name", help="first and last name, in quotation marks")
        parser.add_argument("address", help="e-mail address")
        parser.add_argument("--language", choices=Language.values, default=Language.SWEDISH)

    def handle(self, *args: Any, name: str, address: str, language: str, **options: Any) -> None:
        """Both or neither; what is refused is said in a sentence."""
        now = clock.now()
        try:
            validate_email(address)
            with transaction.atomic():
                person = register_person(name=name, email=address, language=language, by=None, now=now)
                give_role(person=person, role=Role.ADMINISTRATOR, valid_from=now.date(), by=None, now=now)
        except ValidationError as error:
            raise CommandError(f"{address} is no e-mail address.") from error
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{person.name} is an administrator and signs in with a code sent to {person.email}.")
