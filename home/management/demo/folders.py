"""The demonstration's course folder: made, read through and released after the finished round."""

from datetime import datetime

from documents import pdf
from people.models import Person
from programmes.actions import folders
from programmes.models import Cohort, Enrolment


def of_round(cohort: Cohort, *, by: Person, now: datetime) -> None:
    """Two of three participants agree to be named; the folder is made and released, where the machine can print."""
    for n, enrolment in enumerate(Enrolment.objects.filter(cohort=cohort).taking_part().select_related("person")):
        if n % 3 and not enrolment.person.protected:
            folders.agree(enrolment=enrolment, by=enrolment.person, now=now)
    if pdf.why_not_print() is not None:
        return
    folder = folders.make(cohort=cohort, language="sv", by=by, now=now)
    folders.print_waiting(now=now)
    folders.release(folder=folder, by=by, now=now)
