"""The clock's hands."""

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from base import jobs
from programmes.actions import (
    applications,
    approvals,
    breaks,
    certificates,
    cohorts,
    emblems,
    evaluations,
    files,
    folders,
    group_tasks,
    mentoring,
    mentorships,
    proposals,
    selection,
    supervision_evaluations,
    workplaces,
)


@jobs.job(certificates.PRINTER, title=_("Printing certificates"), every=timedelta(minutes=1), shared=True)
def print_certificates(now: datetime) -> int:
    """Print the certificates that wait; each is taken by one printer at a time."""
    return certificates.print_waiting(now=now)


@jobs.job(folders.PRINTER, title=_("Making course folders"), every=timedelta(minutes=1), shared=True)
def make_folders(now: datetime) -> int:
    """Make anew the folders that name somebody who no longer agrees, and make those that wait."""
    return folders.renew(now=now) + folders.print_waiting(now=now)


@jobs.job("remind managers", title=_("Reminding managers before the deadline"), every=timedelta(minutes=10))
def remind_managers(now: datetime) -> int:
    """Before the deadline, remind managers who have not answered."""
    return approvals.remind(now)


@jobs.job("missing contacts", title=_("Telling of people without an address"), every=timedelta(minutes=30))
def tell_of_missing_contacts(now: datetime) -> int:
    """14 days before the start, tell coordinators who has no address."""
    return applications.remind_of_missing_contacts(now)


@jobs.job("settle approved applications", title=_("Settling approved applications"), every=timedelta(minutes=1))
def settle_approved(now: datetime) -> int:
    """What follows from a yes that can no longer be undone."""
    return applications.settle_approved(now)


@jobs.job("close applications", title=_("Closing applications"), every=timedelta(minutes=1))
def close_applications(now: datetime) -> int:
    """Close applications where the last day is over."""
    return selection.close_due(now)


@jobs.job("lapse offers", title=_("Ending offers and offering free places"), every=timedelta(minutes=1))
def lapse_offers(now: datetime) -> int:
    """End offers that were not answered in time, and offer every free place to the next in line."""
    return selection.lapse_due(now) + selection.offer_free(now)


@jobs.job("move cohorts on", title=_("Starting and finishing rounds"), every=timedelta(minutes=5))
def move_cohorts_on(now: datetime) -> int:
    """Let cohorts run from their first day on, and finish after their last."""
    return cohorts.move_on(now)


@jobs.job("sum up rounds", title=_("Summing up the evaluations of rounds"), every=timedelta(minutes=10))
def sum_up_rounds(now: datetime) -> int:
    """Where every day's evaluation is over, let the round's total be counted."""
    return evaluations.close_due(now=now)


@jobs.job("carry waiting lists", title=_("Moving waiting lists to the next round"), every=timedelta(minutes=10))
def carry_waiting_lists(now: datetime) -> int:
    """Let those who still wait after the last entry day stand first in line to the next open round."""
    return selection.carry_due(now)


@jobs.job("erase emblems", title=_("Erasing emblems that are not used"), every=timedelta(hours=24))
def erase_emblems(now: datetime) -> int:
    """Erase the pictures of funders and organisations that nothing needs any more."""
    return emblems.erase_unused(now)


@jobs.job("keep breaks", title=_("Beginning and ending breaks"), every=timedelta(minutes=5))
def keep_breaks(now: datetime) -> int:
    """Begin and end breaks on their days, free seats that are not kept, and follow days that were moved."""
    return breaks.keep_breaks(now)


@jobs.job("remind of group tasks", title=_("Reminding of group tasks"), every=timedelta(minutes=10))
def remind_of_group_tasks(now: datetime) -> int:
    """Remind groups that have not handed in, and erase what nobody's group has left."""
    return group_tasks.remind(now) + group_tasks.erase_left(now)


@jobs.job("evaluate supervision", title=_("Opening evaluations of supervision"), every=timedelta(minutes=10))
def evaluate_supervision(now: datetime) -> int:
    """Ask groups whose agreed sessions have been, and sum up each supervisor's year when it is over."""
    return supervision_evaluations.open_due(now=now) + supervision_evaluations.close_totals(now=now)


@jobs.job("ask mentors", title=_("Reminding mentors and asking the next ones"), every=timedelta(minutes=1))
def ask_mentors(now: datetime) -> int:
    """Begin, remind and end proposals to mentors, and ask the next one where nobody has said yes in time."""
    return mentoring.keep_proposals(now)


@jobs.job("ask pairs", title=_("Asking mentors and mentees how it goes"), every=timedelta(hours=1))
def ask_pairs(now: datetime) -> int:
    """Two months in, ask the two how it goes; tell of lights; when their time is out, write about the closing talk."""
    return mentorships.ask_checks(now) + mentorships.tell_of_ends(now) + mentorships.tell_of_lights(now)


@jobs.job("end employers", title=_("Noting employments that have ended"), every=timedelta(minutes=10))
def note_ended_employments(now: datetime) -> int:
    """Let the days of employers end where the employments of participants have ended."""
    return workplaces.note_ended(now)


@jobs.job("remind of proposals", title=_("Reminding directors of proposals"), every=timedelta(minutes=30))
def remind_of_proposals(now: datetime) -> int:
    """Fourteen days after they were sent, remind the directors who have not answered."""
    return proposals.remind(now)


@jobs.job(files.STORER, title=_("Registering staff of files"), every=timedelta(minutes=1))
def register_staff_of_files(now: datetime) -> int:
    """Register the people of files that are confirmed and were too many to wait for."""
    return files.store_waiting(now)


@jobs.job("erase staff files", title=_("Erasing files of staff that nobody has confirmed"), every=timedelta(hours=24))
def erase_staff_files(now: datetime) -> int:
    """Throw away the files that have waited for 30 days."""
    return files.erase_old(now)
