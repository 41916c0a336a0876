"""Words for deeds and for what they are about."""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from base import dates

DAY = re.compile(r"\d{4}-\d\d-\d\d")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)")
NUMBER = re.compile(r"-?\d+(\.\d+)?")
CODE = re.compile(r"[a-z][a-z_0-9]*")

# What a deed is about, by the model that its key names.
THINGS: dict[str, Promise] = {
    "base.draft": pgettext_lazy("what a deed is about", "Unsent form"),
    "documents.storedfile": pgettext_lazy("what a deed is about", "File"),
    "events.abstract": pgettext_lazy("what a deed is about", "Abstract"),
    "events.badgeprint": pgettext_lazy("what a deed is about", "Name badges"),
    "events.claim": pgettext_lazy("what a deed is about", "Claim on a place"),
    "events.event": pgettext_lazy("what a deed is about", "Event"),
    "events.places": pgettext_lazy("what a deed is about", "Places"),
    "events.registration": pgettext_lazy("what a deed is about", "Registration"),
    "outbox.batch": pgettext_lazy("what a deed is about", "Batch of letters"),
    "outbox.issue": pgettext_lazy("what a deed is about", "Issue of a newsletter"),
    "outbox.subscription": pgettext_lazy("what a deed is about", "Subscription"),
    "outbox.suppression": pgettext_lazy("what a deed is about", "Address without delivery"),
    "outbox.letter": pgettext_lazy("what a deed is about", "Letter"),
    "people.closedperiod": pgettext_lazy("what a deed is about", "Closed period"),
    "people.employment": pgettext_lazy("what a deed is about", "Employment"),
    "people.import": pgettext_lazy("what a deed is about", "Import"),
    "people.organisation": pgettext_lazy("what a deed is about", "Organisation"),
    "people.participation": pgettext_lazy("what a deed is about", "Participation in a region"),
    "people.person": pgettext_lazy("what a deed is about", "Person"),
    "people.region": pgettext_lazy("what a deed is about", "Region"),
    "people.roleassignment": pgettext_lazy("what a deed is about", "Role"),
    "programmes.approval": pgettext_lazy("what a deed is about", "Manager's answer"),
    "programmes.certificate": pgettext_lazy("what a deed is about", "Certificate"),
    "programmes.closing": pgettext_lazy("what a deed is about", "Closing day"),
    "programmes.folder": pgettext_lazy("what a deed is about", "Course folder"),
    "programmes.cohort": pgettext_lazy("what a deed is about", "Round"),
    "programmes.courseday": pgettext_lazy("what a deed is about", "Course day"),
    "programmes.enrolment": pgettext_lazy("what a deed is about", "Enrolment"),
    "programmes.grouptask": pgettext_lazy("what a deed is about", "Group task"),
    "programmes.mentor": pgettext_lazy("what a deed is about", "Mentor"),
    "programmes.mentorship": pgettext_lazy("what a deed is about", "Mentorship"),
    "programmes.programme": pgettext_lazy("what a deed is about", "Programme"),
    "programmes.proposalanswer": pgettext_lazy("what a deed is about", "Municipality's answer to proposals"),
    "programmes.reflection": pgettext_lazy("what a deed is about", "Reflection"),
    "programmes.stafffile": pgettext_lazy("what a deed is about", "File of staff"),
    "programmes.taskgroup": pgettext_lazy("what a deed is about", "Group with a task"),
    "programmes.supervisiongroup": pgettext_lazy("what a deed is about", "Supervision group"),
    "reports.export": pgettext_lazy("what a deed is about", "Export"),
}

# What is done, by the code that its row keeps: one word for each code that the portal records.
DEEDS: dict[str, Promise] = {
    "absence_reported": pgettext_lazy("a deed", "Absence reported"),
    "absence_taken_back": pgettext_lazy("a deed", "Absence taken back"),
    "abstract.read": pgettext_lazy("a deed", "Abstract read"),
    "abstract_accepted": pgettext_lazy("a deed", "Abstract accepted"),
    "abstract_begun": pgettext_lazy("a deed", "Abstract begun"),
    "abstract_decision_undone": pgettext_lazy("a deed", "Decision about an abstract taken back"),
    "abstract_cleared": pgettext_lazy("a deed", "Empty abstract cleared away"),
    "abstract_declined": pgettext_lazy("a deed", "Abstract not accepted"),
    "abstract_moved": pgettext_lazy("a deed", "Abstract moved in the book"),
    "abstract_publish_no": pgettext_lazy("a deed", "Publication of an abstract taken back"),
    "abstract_publish_yes": pgettext_lazy("a deed", "Publication of an abstract allowed"),
    "abstract_redacted": pgettext_lazy("a deed", "Abstract shown otherwise to reviewers"),
    "abstract_submitted": pgettext_lazy("a deed", "Abstract sent in"),
    "abstract_withdrawn": pgettext_lazy("a deed", "Abstract withdrawn"),
    "account_closed": pgettext_lazy("a deed", "Account closed"),
    "account_opened": pgettext_lazy("a deed", "Account opened"),
    "agenda_set": pgettext_lazy("a deed", "Programme of an event set"),
    "application.completed": pgettext_lazy("a deed", "Application completed"),
    "applied": pgettext_lazy("a deed", "Application sent"),
    "approval.answered": pgettext_lazy("a deed", "Manager's answer given"),
    "approval.asked": pgettext_lazy("a deed", "Manager asked"),
    "approval.confirmed": pgettext_lazy("a deed", "Manager's answer confirmed"),
    "approval.refused": pgettext_lazy("a deed", "Manager's answer not accepted"),
    "approvals.seen": pgettext_lazy("a deed", "Applications of staff looked at"),
    "attendance.seen": pgettext_lazy("a deed", "Attendance looked at"),
    "attendance_cleared": pgettext_lazy("a deed", "Attendance cleared"),
    "attendance_marked": pgettext_lazy("a deed", "Attendance marked"),
    "audit.seen": pgettext_lazy("a deed", "Deeds looked at"),
    "badge_named": pgettext_lazy("a deed", "Name on a badge changed"),
    "badges.asked": pgettext_lazy("a deed", "Name badges asked for"),
    "badges.failed": pgettext_lazy("a deed", "Name badges could not be made"),
    "badges.fetched": pgettext_lazy("a deed", "Name badges fetched"),
    "badges.printed": pgettext_lazy("a deed", "Name badges made"),
    "batch.handled": pgettext_lazy("a deed", "Letters to many handled"),
    "batch.read": pgettext_lazy("a deed", "Letters to many read"),
    "call_changed": pgettext_lazy("a deed", "Call for abstracts changed"),
    "call_closed": pgettext_lazy("a deed", "Call for abstracts closed"),
    "call_opened": pgettext_lazy("a deed", "Call for abstracts opened"),
    "capacity_changed": pgettext_lazy("a deed", "Number of places changed"),
    "card.changed": pgettext_lazy("a deed", "What the group sees of a participant chosen"),
    "certificate.fetched": pgettext_lazy("a deed", "Certificate fetched"),
    "certificate.issued": pgettext_lazy("a deed", "Certificate issued"),
    "certificate.printed_again": pgettext_lazy("a deed", "Certificate printed again"),
    "certificate.replaced": pgettext_lazy("a deed", "Certificate replaced"),
    "certificate.revoked": pgettext_lazy("a deed", "Certificate revoked"),
    "checked_in": pgettext_lazy("a deed", "People checked in at the door"),
    "certificates.seen": pgettext_lazy("a deed", "Certificates looked at"),
    "closed_period_added": pgettext_lazy("a deed", "Closed period added"),
    "closed_period_removed": pgettext_lazy("a deed", "Closed period removed"),
    "coauthor_confirmed": pgettext_lazy("a deed", "Co-author confirmed"),
    "coauthor_declined": pgettext_lazy("a deed", "Co-author's name taken away"),
    "break.return_set": pgettext_lazy("a deed", "Return from a break written down"),
    "break.seat_freed": pgettext_lazy("a deed", "Seat freed for a break"),
    "break.taken": pgettext_lazy("a deed", "Break written down"),
    "break.taken_back": pgettext_lazy("a deed", "Break or return taken back"),
    "cohort.board_file_seen": pgettext_lazy("a deed", "Round on one page taken as a file"),
    "cohort.board_released": pgettext_lazy("a deed", "Round on one page released to the directors"),
    "cohort.board_seen": pgettext_lazy("a deed", "Round on one page looked at"),
    "cohort.board_taken_back": pgettext_lazy("a deed", "Round on one page taken back from the directors"),
    "cohort.capacity": pgettext_lazy("a deed", "Number of seats changed"),
    "cohort.changed": pgettext_lazy("a deed", "Round changed"),
    "cohort.closed": pgettext_lazy("a deed", "Applications closed"),
    "cohort.decided": pgettext_lazy("a deed", "Continuation decided"),
    "cohort.improvement": pgettext_lazy("a deed", "Improvement settled"),
    "cohort.looked_again": pgettext_lazy("a deed", "Decision looked at again"),
    "cohort.made": pgettext_lazy("a deed", "Round made"),
    "cohort.opened": pgettext_lazy("a deed", "Applications opened"),
    "cohort.said": pgettext_lazy("a deed", "What participants said, and what was changed, written"),
    "cohort.said_moved": pgettext_lazy("a deed", "Order of what was changed altered"),
    "cohort.seen": pgettext_lazy("a deed", "Round looked at"),
    "cohort.selection": pgettext_lazy("a deed", "Seats shared"),
    "cohort.state": pgettext_lazy("a deed", "State of the round changed"),
    "cohort.unfinished_seen": pgettext_lazy("a deed", "Unfinished registrations looked at"),
    "condition.added": pgettext_lazy("a deed", "Condition added"),
    "condition.asked_again": pgettext_lazy("a deed", "Condition asked again"),
    "condition.changed": pgettext_lazy("a deed", "Condition changed"),
    "condition.ended": pgettext_lazy("a deed", "Condition taken away"),
    "contact_replaced": pgettext_lazy("a deed", "Contact replaced"),
    "cohort.evaluation_released": pgettext_lazy("a deed", "Evaluation of a round summed up"),
    "course_day.changed": pgettext_lazy("a deed", "Course day changed"),
    "day_marked": pgettext_lazy("a deed", "Attendance of a day marked"),
    "employed": pgettext_lazy("a deed", "Employment added"),
    "employment_changed": pgettext_lazy("a deed", "Employment changed"),
    "employment_ended": pgettext_lazy("a deed", "Employment ended"),
    "enrolled": pgettext_lazy("a deed", "Place given"),
    "event_announced": pgettext_lazy("a deed", "Event announced"),
    "event_arranged": pgettext_lazy("a deed", "Event arranged"),
    "enrolment.carried": pgettext_lazy("a deed", "Carried over to the next round"),
    "enrolment.employer": pgettext_lazy("a deed", "Employer's side changed"),
    "enrolment.employer.undone": pgettext_lazy("a deed", "Employer's side changed back"),
    "enrolment.flags": pgettext_lazy("a deed", "May attend or counts for the funder changed"),
    "enrolment.flags_back": pgettext_lazy("a deed", "Decision about what it counts for taken back"),
    "enrolment.included": pgettext_lazy("a deed", "Taken into the selection"),
    "enrolment.moved": pgettext_lazy("a deed", "Change of employer written down"),
    "enrolment.not_included": pgettext_lazy("a deed", "Left out of the selection"),
    "enrolment.programme": pgettext_lazy("a deed", "Programme's side changed"),
    "enrolment.programme.undone": pgettext_lazy("a deed", "Programme's side changed back"),
    "enrolment.unit": pgettext_lazy("a deed", "Unit corrected"),
    "enrolment.transferred": pgettext_lazy("a deed", "Moved to a later round"),
    "enrolment.seen": pgettext_lazy("a deed", "Enrolment looked at"),
    "evaluation.opened": pgettext_lazy("a deed", "Evaluation opened"),
    "evaluation.released": pgettext_lazy("a deed", "Evaluation counted, answers and keys destroyed"),
    "evaluation.set_up": pgettext_lazy("a deed", "Questions of an evaluation chosen"),
    "evaluation.text_left_out": pgettext_lazy("a deed", "Answer in own words left out"),
    "evaluation.text_shown": pgettext_lazy("a deed", "Answer in own words shown"),
    "evaluation.texts_seen": pgettext_lazy("a deed", "Answers in own words read before the others"),
    "event_cancelled": pgettext_lazy("a deed", "Day cancelled"),
    "event_cleared": pgettext_lazy("a deed", "Untitled event cleared away"),
    "event_created": pgettext_lazy("a deed", "Event created"),
    "event_described": pgettext_lazy("a deed", "Event described"),
    "event_moved": pgettext_lazy("a deed", "Day moved"),
    "event_published": pgettext_lazy("a deed", "Event published"),
    "event_renamed": pgettext_lazy("a deed", "Event renamed"),
    "event_staffed": pgettext_lazy("a deed", "Given a part in an event"),
    "event_unstaffed": pgettext_lazy("a deed", "Part in an event taken away"),
    "event_written_down": pgettext_lazy("a deed", "Session's day and length written down"),
    "event_written_down_refused": pgettext_lazy("a deed", "Session's day and length not written down"),
    "export.asked": pgettext_lazy("a deed", "Export asked for"),
    "export.failed": pgettext_lazy("a deed", "Export failed"),
    "export.fetched": pgettext_lazy("a deed", "Export fetched"),
    "export.ready": pgettext_lazy("a deed", "Export ready"),
    "export.stopped": pgettext_lazy("a deed", "Export stopped"),
    "feed_renewed": pgettext_lazy("a deed", "Address of the calendar feed renewed"),
    "extract.fetched": pgettext_lazy("a deed", "One's own data taken as a file"),
    "folder.asked": pgettext_lazy("a deed", "Course folder asked for"),
    "folder.failed": pgettext_lazy("a deed", "Course folder could not be made"),
    "folder.fetched": pgettext_lazy("a deed", "Course folder fetched"),
    "folder.made": pgettext_lazy("a deed", "Course folder made"),
    "folder.name_no": pgettext_lazy("a deed", "Yes to being named in the folder taken back"),
    "folder.name_yes": pgettext_lazy("a deed", "Yes to being named in the folder"),
    "folder.reader_ended": pgettext_lazy("a deed", "Somebody fetches the folder no more"),
    "folder.reader_named": pgettext_lazy("a deed", "Somebody named to fetch the folder"),
    "folder.readers_changed": pgettext_lazy("a deed", "Who fetches the folder changed"),
    "folder.readers_seen": pgettext_lazy("a deed", "Who fetches the folder looked at"),
    "folder.released": pgettext_lazy("a deed", "Course folder released"),
    "folder.taken_back": pgettext_lazy("a deed", "Course folder taken back to be made anew"),
    "group.seen": pgettext_lazy("a deed", "Group looked at"),
    "figures.fetched": pgettext_lazy("a deed", "Figures of the programmes taken as a file"),
    "group_task.changed": pgettext_lazy("a deed", "Group task changed"),
    "group_task.grouped": pgettext_lazy("a deed", "Groups of a task made"),
    "group_task.hidden": pgettext_lazy("a deed", "What was handed in no longer shown to the round"),
    "group_task.removed": pgettext_lazy("a deed", "Group task removed"),
    "group_task.seen": pgettext_lazy("a deed", "Groups of a task looked at"),
    "group_task.set": pgettext_lazy("a deed", "Group task set"),
    "group_task.shown": pgettext_lazy("a deed", "What was handed in shown to the round"),
    "guest_erased": pgettext_lazy("a deed", "Guest erased"),
    "guest_joined": pgettext_lazy("a deed", "Guest joined with a person"),
    "guest_registered": pgettext_lazy("a deed", "Guest registered"),
    "hand_in.handed_in": pgettext_lazy("a deed", "Group task handed in"),
    "hand_in.taken_back": pgettext_lazy("a deed", "Hand-in taken back"),
    "host_changed": pgettext_lazy("a deed", "Host changed"),
    "import_discarded": pgettext_lazy("a deed", "Import thrown away"),
    "import_errors_fetched": pgettext_lazy("a deed", "Errors of an import fetched"),
    "import_seen": pgettext_lazy("a deed", "Import looked at"),
    "import_staged": pgettext_lazy("a deed", "File read for import"),
    "import_stored": pgettext_lazy("a deed", "Import stored"),
    "invited": pgettext_lazy("a deed", "Invited to an event"),
    "letter.cancelled": pgettext_lazy("a deed", "Letter cancelled"),
    "letter.handled": pgettext_lazy("a deed", "Letter handled"),
    "letter.read": pgettext_lazy("a deed", "Letter read"),
    "letters.listed": pgettext_lazy("a deed", "Letters listed"),
    "letters.seen": pgettext_lazy("a deed", "Letters of a round looked at"),
    "link_renewed": pgettext_lazy("a deed", "Personal link renewed"),
    "make_up.agreed": pgettext_lazy("a deed", "Make-up agreed"),
    "make_up.undone": pgettext_lazy("a deed", "Make-up undone"),
    "material_added": pgettext_lazy("a deed", "Material added"),
    "material_changed": pgettext_lazy("a deed", "Material changed"),
    "material_refused": pgettext_lazy("a deed", "Material with a virus taken away"),
    "material_removed": pgettext_lazy("a deed", "Material removed"),
    "material_reviewed": pgettext_lazy("a deed", "Material looked at again"),
    "needs_kept": pgettext_lazy("a deed", "Food and access needs kept"),
    "needs_seen": pgettext_lazy("a deed", "Food and access needs looked at"),
    "mentor.added": pgettext_lazy("a deed", "Mentor taken into the pool"),
    "mentor.changed": pgettext_lazy("a deed", "What a mentor offers changed"),
    "mentor.ended": pgettext_lazy("a deed", "Mentor taken out of the pool"),
    "mentor.offered": pgettext_lazy("a deed", "Form about a mentor sent"),
    "mentor.seen": pgettext_lazy("a deed", "Mentor looked at"),
    "mentors.listed": pgettext_lazy("a deed", "Mentors listed"),
    "mentors.paired": pgettext_lazy("a deed", "Pairs of a round prepared"),
    "mentors.seen": pgettext_lazy("a deed", "Pairs of a round looked at"),
    "mentor_check.answered": pgettext_lazy("a deed", "Question about a mentorship answered"),
    "mentor_check.called": pgettext_lazy("a deed", "Call about a mentorship made"),
    "mentor_meeting.booked": pgettext_lazy("a deed", "Meeting of mentor and mentee booked"),
    "mentor_meeting.changed": pgettext_lazy("a deed", "Meeting of mentor and mentee changed"),
    "mentor_meeting.logged": pgettext_lazy("a deed", "Meeting of mentor and mentee logged"),
    "mentor_meeting.removed": pgettext_lazy("a deed", "Meeting of mentor and mentee taken away"),
    "mentorship.agreement_confirmed": pgettext_lazy("a deed", "Agreement of mentor and mentee confirmed"),
    "mentorship.agreement_written": pgettext_lazy("a deed", "Agreement of mentor and mentee written"),
    "mentorship.another_asked": pgettext_lazy("a deed", "Another mentor asked for"),
    "mentorship.another_settled": pgettext_lazy("a deed", "Wish for another mentor seen to"),
    "mentorship.reopened": pgettext_lazy("a deed", "Mentorship goes on after all"),
    "mentorships.seen": pgettext_lazy("a deed", "Mentors and mentees of a round looked at"),
    "mentorship.answered": pgettext_lazy("a deed", "Mentor's answer"),
    "mentorship.closed": pgettext_lazy("a deed", "Mentorship or proposal closed"),
    "mentorship.proposed": pgettext_lazy("a deed", "Mentor proposed"),
    "newcomers.asked": pgettext_lazy("a deed", "Managers asked to register new staff"),
    "newcomers.seen": pgettext_lazy("a deed", "New staff in the region looked at"),
    "newsletter.checked": pgettext_lazy("a deed", "Newsletter looked at before sending"),
    "newsletter.handled": pgettext_lazy("a deed", "Newsletter paused, resumed or taken back"),
    "newsletter.released": pgettext_lazy("a deed", "Newsletter released"),
    "notice.prepared": pgettext_lazy("a deed", "Notice of a change prepared"),
    "offer_accepted": pgettext_lazy("a deed", "Offer accepted"),
    "offer_declined": pgettext_lazy("a deed", "Offer declined"),
    "offer_lapsed": pgettext_lazy("a deed", "Offer lapsed"),
    "offered_by_hand": pgettext_lazy("a deed", "Place offered by hand"),
    "organisation_changed_kind": pgettext_lazy("a deed", "Kind of organisation changed"),
    "organisation_corrected": pgettext_lazy("a deed", "Organisation corrected"),
    "organisation_created": pgettext_lazy("a deed", "Organisation created"),
    "organisation_emblem": pgettext_lazy("a deed", "Emblem of an organisation changed"),
    "organisation_emblem_removed": pgettext_lazy("a deed", "Emblem of an organisation removed"),
    "organisation_ended": pgettext_lazy("a deed", "Organisation ended"),
    "organisation_moved": pgettext_lazy("a deed", "Organisation moved in the tree"),
    "organisation_renamed": pgettext_lazy("a deed", "Organisation renamed"),
    "own_facts_changed": pgettext_lazy("a deed", "Own facts changed"),
    "participants.seen": pgettext_lazy("a deed", "Participants looked at"),
    "person_changed": pgettext_lazy("a deed", "Facts of a person changed"),
    "person_registered": pgettext_lazy("a deed", "Person registered"),
    "person_seen": pgettext_lazy("a deed", "Person looked at"),
    "persons_listed": pgettext_lazy("a deed", "People listed"),
    "place_claimed": pgettext_lazy("a deed", "Place claimed"),
    "place_confirmed": pgettext_lazy("a deed", "Place confirmed"),
    "place_given_up": pgettext_lazy("a deed", "Place given up"),
    "place_offered": pgettext_lazy("a deed", "Place offered"),
    "places_released": pgettext_lazy("a deed", "Places kept back made free for all"),
    "places_reserved": pgettext_lazy("a deed", "Places kept back"),
    "practicalities_changed": pgettext_lazy("a deed", "Practical facts changed"),
    "question_added": pgettext_lazy("a deed", "Question at registration added"),
    "question_removed": pgettext_lazy("a deed", "Question at registration removed"),
    "programme.changed": pgettext_lazy("a deed", "Programme changed"),
    "programme.created": pgettext_lazy("a deed", "Programme created"),
    "programme.emblem": pgettext_lazy("a deed", "Funder's emblem changed"),
    "programme.emblem_removed": pgettext_lazy("a deed", "Funder's emblem removed"),
    "programme.funder": pgettext_lazy("a deed", "Funder changed"),
    "reflection.removed": pgettext_lazy("a deed", "Reflection erased by its author"),
    "reflection.shared": pgettext_lazy("a deed", "Reflection shared by its author"),
    "reflection.taken_back": pgettext_lazy("a deed", "Reflection taken back by its author"),
    "region_changed": pgettext_lazy("a deed", "Region changed"),
    "region_created": pgettext_lazy("a deed", "Region created"),
    "registered": pgettext_lazy("a deed", "Registered"),
    "registration_cancelled": pgettext_lazy("a deed", "Registration cancelled"),
    "registration_changed": pgettext_lazy("a deed", "Registration changed"),
    "registrations_joined": pgettext_lazy("a deed", "Two registrations became one"),
    "registrations.exported": pgettext_lazy("a deed", "Registrations taken as a file"),
    "registrations.seen": pgettext_lazy("a deed", "Registrations looked at"),
    "reminders_missed": pgettext_lazy("a deed", "Reminders missed"),
    "reminders_set": pgettext_lazy("a deed", "Reminders set"),
    "reviewer_stood_aside": pgettext_lazy("a deed", "Reviewer stood aside"),
    "reviewers_given": pgettext_lazy("a deed", "Abstracts given to reviewers"),
    "role_ended": pgettext_lazy("a deed", "Role ended"),
    "role_given": pgettext_lazy("a deed", "Role given"),
    "roles_listed": pgettext_lazy("a deed", "Roles listed"),
    "selection.seen": pgettext_lazy("a deed", "Selection looked at"),
    "sign_in_provider_set": pgettext_lazy("a deed", "Sign-in of an organisation set"),
    "staff_file.confirmed": pgettext_lazy("a deed", "File of staff confirmed"),
    "staff_file.discarded": pgettext_lazy("a deed", "File of staff thrown away"),
    "staff_file.errors": pgettext_lazy("a deed", "Wrong rows of a file of staff fetched"),
    "staff_file.seen": pgettext_lazy("a deed", "File of staff looked at"),
    "staff_file.staged": pgettext_lazy("a deed", "File of staff read"),
    "staff_file.stored": pgettext_lazy("a deed", "Staff of a file registered"),
    "staff.seen": pgettext_lazy("a deed", "Staff looked at"),
    "subscribers.listed": pgettext_lazy("a deed", "Subscribers listed"),
    "subscription.ended": pgettext_lazy("a deed", "Subscription ended on request"),
    "supervision.agreed": pgettext_lazy("a deed", "Contract of supervision agreed"),
    "supervision.answered": pgettext_lazy("a deed", "Contract of supervision answered"),
    "supervision.booked": pgettext_lazy("a deed", "Sessions of supervision booked"),
    "supervision.ended": pgettext_lazy("a deed", "Supervision group ended"),
    "supervision.evaluation_opened": pgettext_lazy("a deed", "Evaluation of supervision opened"),
    "supervision.evaluation_released": pgettext_lazy("a deed", "Evaluation of supervision counted"),
    "supervision.extended": pgettext_lazy("a deed", "Supervision group extended"),
    "supervision.formed": pgettext_lazy("a deed", "Supervision group made"),
    "supervision.joined": pgettext_lazy("a deed", "Put in a supervision group"),
    "supervision.left": pgettext_lazy("a deed", "Left a supervision group"),
    "supervision.prepared": pgettext_lazy("a deed", "Letters about supervision prepared"),
    "supervision.recorded": pgettext_lazy("a deed", "Session of supervision written down"),
    "supervision.seen": pgettext_lazy("a deed", "Supervision group looked at"),
    "supervision.supervisor_changed": pgettext_lazy("a deed", "Supervisor changed"),
    "supervision.total_released": pgettext_lazy("a deed", "Supervisor's groups summed up"),
    "suppressed.listed": pgettext_lazy("a deed", "Addresses without delivery listed"),
    "suppression.lifted": pgettext_lazy("a deed", "Address written to again"),
    "takes_part": pgettext_lazy("a deed", "Organisation takes part"),
    "takes_part_no_longer": pgettext_lazy("a deed", "Organisation takes part no longer"),
    "uninvited": pgettext_lazy("a deed", "Invitation taken back"),
    "unregistered": pgettext_lazy("a deed", "Unregistered"),
    "venue_confirmed": pgettext_lazy("a deed", "Venue confirmed"),
    "waits_for_place": pgettext_lazy("a deed", "Waits for a place"),
    "way_added": pgettext_lazy("a deed", "Way to take part added"),
    "way_removed": pgettext_lazy("a deed", "Way to take part removed"),
}
# What a row of the log keeps beside the deed, by its name. What has no word here is for machines and is not shown.
FACTS: dict[str, Promise] = {
    "alone": pgettext_lazy("a fact of a deed", "Each alone"),
    "late": pgettext_lazy("a fact of a deed", "Late"),
    "wanted": pgettext_lazy("a fact of a deed", "Is evaluated"),
    "invited": pgettext_lazy("a fact of a deed", "Invited"),
    "changed": pgettext_lazy("a fact of a deed", "Changed"),
    "found": pgettext_lazy("a fact of a deed", "Found"),
    "lines": pgettext_lazy("a fact of a deed", "Lines"),
    "replaced": pgettext_lazy("a fact of a deed", "Replaced"),
    "texts_waiting": pgettext_lazy("a fact of a deed", "Texts to read"),
    "own_questions": pgettext_lazy("a fact of a deed", "Own questions"),
    "access": pgettext_lazy("a fact of a deed", "Access needs given"),
    "after": pgettext_lazy("a fact of a deed", "After"),
    "answer": pgettext_lazy("a fact of a deed", "Answer"),
    "answer_days": pgettext_lazy("a fact of a deed", "Days to answer"),
    "bad": pgettext_lazy("a fact of a deed", "Wrong rows"),
    "before": pgettext_lazy("a fact of a deed", "Before"),
    "before_hours": pgettext_lazy("a fact of a deed", "Hours before"),
    "capacity": pgettext_lazy("a fact of a deed", "Places"),
    "closes_on": pgettext_lazy("a fact of a deed", "Applications close"),
    "count": pgettext_lazy("a fact of a deed", "Number"),
    "counts": pgettext_lazy("a fact of a deed", "Counts for the funder"),
    "date": pgettext_lazy("a fact of a deed", "Day"),
    "day": pgettext_lazy("a fact of a deed", "Day"),
    "days_required": pgettext_lazy("a fact of a deed", "Days required"),
    "decides": pgettext_lazy("a fact of a deed", "Decides"),
    "diet": pgettext_lazy("a fact of a deed", "Diet given"),
    "fact": pgettext_lazy("a fact of a deed", "About"),
    "facts": pgettext_lazy("a fact of a deed", "Changed"),
    "first_come": pgettext_lazy("a fact of a deed", "Places given as they come"),
    "good": pgettext_lazy("a fact of a deed", "Rows read"),
    "hours": pgettext_lazy("a fact of a deed", "Hours"),
    "kind": pgettext_lazy("a fact of a deed", "Kind"),
    "known": pgettext_lazy("a fact of a deed", "Known to Helmi"),
    "last_entry_on": pgettext_lazy("a fact of a deed", "Last entry day"),
    "look_again_on": pgettext_lazy("a fact of a deed", "Next look"),
    "managers": pgettext_lazy("a fact of a deed", "Managers"),
    "cap": pgettext_lazy("a fact of a deed", "Mentees at a time"),
    "mentors": pgettext_lazy("a fact of a deed", "Mentors"),
    "may_attend": pgettext_lazy("a fact of a deed", "May attend"),
    "minutes": pgettext_lazy("a fact of a deed", "Minutes"),
    "name": pgettext_lazy("a fact of a deed", "Name"),
    "number": pgettext_lazy("a fact of a deed", "Number"),
    "offers": pgettext_lazy("a fact of a deed", "Offers"),
    "only_new": pgettext_lazy("a fact of a deed", "Only new ones"),
    "opens_on": pgettext_lazy("a fact of a deed", "Applications open"),
    "outcome": pgettext_lazy("a fact of a deed", "Outcome"),
    "people": pgettext_lazy("a fact of a deed", "People"),
    "position": pgettext_lazy("a fact of a deed", "Place in line"),
    "preliminary": pgettext_lazy("a fact of a deed", "Preliminary"),
    "provider": pgettext_lazy("a fact of a deed", "Sign-in"),
    "published": pgettext_lazy("a fact of a deed", "Published"),
    "reason": pgettext_lazy("a fact of a deed", "Reason"),
    "role": pgettext_lazy("a fact of a deed", "Role"),
    "rows": pgettext_lazy("a fact of a deed", "Rows"),
    "shown": pgettext_lazy("a fact of a deed", "Shown"),
    "since": pgettext_lazy("a fact of a deed", "Since"),
    "source": pgettext_lazy("a fact of a deed", "Came from"),
    "starts_on": pgettext_lazy("a fact of a deed", "Starts"),
    "expected_on": pgettext_lazy("a fact of a deed", "Expected back"),
    "keeps_seat": pgettext_lazy("a fact of a deed", "Keeps the seat"),
    "state": pgettext_lazy("a fact of a deed", "State"),
    "until": pgettext_lazy("a fact of a deed", "Until"),
    "version": pgettext_lazy("a fact of a deed", "Version"),
    "way": pgettext_lazy("a fact of a deed", "Way"),
    "why": pgettext_lazy("a fact of a deed", "Reason"),
}
# Facts that are the number of another thing.
REFERS: dict[str, str] = {
    "abstract": "events.abstract",
    "approval": "programmes.approval",
    "assignment": "people.roleassignment",
    "carried_from": "programmes.enrolment",
    "contact": "people.person",
    "employment": "people.employment",
    "mentor": "programmes.mentor",
    "pair": "programmes.mentorship",
    "enrolment": "programmes.enrolment",
    "event": "events.event",
    "participation": "people.participation",
    "period": "people.closedperiod",
    "person": "people.person",
    "places": "events.places",
    "previous": "programmes.cohort",
    "replaced_by": "programmes.certificate",
    "unit": "people.organisation",
}
REFUSED = "_refused"


def deed_words(code: str) -> str:
    """What a deed is called on pages."""
    if code.endswith(REFUSED):
        return _("%(deed)s: refused") % {"deed": deed_words(code.removesuffix(REFUSED))}
    return str(DEEDS.get(code) or capfirst(code.replace("_", " ").replace(".", " ")))


def about_words(key: str) -> str:
    """What a deed is about: the kind of thing and its number."""
    label, _colon, pk = key.partition(":")
    if label in THINGS:
        return f"{THINGS[label]} {pk[:8]}"
    return key if "." in label else ""  # a page that shows many is named by the deed


def fact_words(about: str, name: str, value: Any) -> str:
    """What a row keeps beside the deed, in words; nothing for what only a machine needs."""
    if value in ("", None, [], {}):
        return ""
    if name in REFERS:
        return about_words(f"{REFERS[name]}:{value}")
    said = value_words(about, value)
    return f"{FACTS[name]}: {said}" if name in FACTS and said else ""


def value_words(about: str, value: Any) -> str:
    """A value in words: yes and no, days as people write them, and the words that the models have for their codes."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return ", ".join(filter(None, (_field_words(about, str(one)) for one in value)))
    if isinstance(value, dict):
        return ""
    text = str(value)
    if DAY.fullmatch(text):
        return dates.full_day(date.fromisoformat(text))
    if MOMENT.fullmatch(text):
        return dates.full_day(timezone.localtime(datetime.fromisoformat(text)).date())
    if NUMBER.fullmatch(text):
        return dates.number(Decimal(text))
    return _code_words(about, text) if CODE.fullmatch(text) else text


def _field_words(about: str, name: str) -> str:
    """What a field of the thing is called; nothing where it has none."""
    try:
        field = apps.get_model(about.partition(":")[0])._meta.get_field(name)
    except (LookupError, ValueError, FieldDoesNotExist):
        return ""
    return str(getattr(field, "verbose_name", ""))


def _code_words(about: str, code: str) -> str:
    """The word that a model has for the code: the thing's own, its app's, another's; else the code."""
    label = about.partition(":")[0].lower()
    app = label.partition(".")[0]
    models = sorted(
        apps.get_models(),
        key=lambda model: (model._meta.label_lower != label, model._meta.app_label != app, model._meta.label_lower),
    )
    for model in models:
        for field in model._meta.get_fields():
            for value, words in getattr(field, "flatchoices", ()):
                if value == code:
                    return str(words)
    return code
