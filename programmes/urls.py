"""Addresses; each subject has its own list, and the public pages, which begin with a region's name, come last."""

from django.urls import URLPattern, URLResolver, path

from programmes.views import (
    applications,
    approvals,
    attendance,
    boards,
    breaks,
    certificates,
    closing,
    cohorts,
    conditions,
    days,
    decisions,
    emblems,
    enrolments,
    evaluations,
    files,
    folders,
    group,
    group_tasks,
    leaving,
    mentoring,
    mentorships,
    my_days,
    newcomers,
    own_application,
    participants,
    programmes,
    proposals,
    public,
    reflections,
    selection,
    sessions,
    staff,
    supervision,
    transfers,
    unfinished,
    workplaces,
)

app_name = "programmes"

ATTENDANCE: list[URLPattern] = [
    path("programmes/cohorts/<int:pk>/attendance/", attendance.grid, name="attendance"),
    path("programmes/cohorts/<int:pk>/attendance/mark/", attendance.mark, name="mark"),
    path("programmes/cohorts/<int:pk>/days/<int:number>/attendance/", attendance.door, name="door"),
    path(
        "programmes/cohorts/<int:pk>/days/<int:number>/attendance/sheet.pdf", attendance.door_sheet, name="door_sheet"
    ),
    path("programmes/enrolments/<int:pk>/make-up/", attendance.make_up, name="make_up"),
    path("programmes/enrolments/<int:pk>/make-up/<int:make_up>/undo/", attendance.undo_make_up, name="undo_make_up"),
]

MY_DAYS: list[URLPattern] = [
    path("programmes/my/days/", my_days.my_days, name="my_days"),
    path("programmes/my/days/<int:pk>.ics", my_days.days_file, name="my_days_file"),
    path("programmes/my/needs/<int:pk>/", my_days.my_needs, name="my_needs"),
]

GROUP: list[URLPattern] = [
    path("programmes/my/group/", group.my_group, name="my_group"),
    path("programmes/my/group/<int:pk>/show/", group.group_card, name="group_card"),
    path("programmes/cohorts/<int:pk>/group/", group.cohort_group, name="cohort_group"),
    path("programmes/my/group/<int:pk>/reflections/new/", reflections.reflection_new, name="reflection_new"),
    path("programmes/my/group/reflections/", reflections.reflections, name="reflections"),
    path("programmes/my/group/reflections/<int:pk>/", reflections.reflection, name="reflection"),
    path("programmes/my/group/reflections/<int:pk>/edit/", reflections.reflection_edit, name="reflection_edit"),
    path(
        "programmes/my/group/reflections/<int:pk>/readers/", reflections.reflection_readers, name="reflection_readers"
    ),
    path("programmes/my/group/reflections/<int:pk>/remove/", reflections.reflection_remove, name="reflection_remove"),
]

CERTIFICATES: list[URLPattern] = [
    path("programmes/cohorts/<int:pk>/certificates/", certificates.certificates, name="certificates"),
    path("programmes/cohorts/<int:pk>/certificates/print/", certificates.print_again, name="certificates_print"),
    path("programmes/enrolments/<int:pk>/certificate/", certificates.issue, name="certificate_issue"),
    path(
        "programmes/cohorts/<int:pk>/certificates/role/<int:person>/<slug:function>/",
        certificates.issue_role,
        name="certificate_role",
    ),
    path("programmes/certificates/<int:pk>/file/", certificates.certificate_file, name="certificate_file"),
    path("programmes/certificates/<int:pk>/replace/", certificates.replace, name="certificate_replace"),
    path("programmes/certificates/<int:pk>/revoke/", certificates.revoke, name="certificate_revoke"),
    path("programmes/my/documents/", certificates.my_documents, name="my_documents"),
    path("c/", certificates.check, name="certificate_check"),
    path("c/<str:code>/", certificates.certificate, name="certificate"),
]

APPLICATIONS: list[URLPattern] = [
    path("programmes/my/applications/<int:pk>/", own_application.my_application, name="my_application"),
    path("programmes/my/applications/<int:pk>/withdraw/", own_application.withdraw_mine, name="withdraw_mine"),
    path("programmes/staff/", staff.staff, name="staff"),
    path("programmes/staff/register/", staff.register, name="staff_register"),
    path("programmes/staff/register/<uuid:pk>/", staff.check, name="staff_check"),
    path("programmes/staff/applications/<int:pk>/", approvals.staff_answer, name="staff_answer"),
    path("programmes/cohorts/<int:pk>/approvals/", approvals.approvals, name="approvals"),
    path("programmes/approvals/<int:pk>/confirm/", approvals.confirm, name="approval_confirm"),
    path("programmes/enrolments/<int:pk>/", enrolments.enrolment, name="enrolment"),
    path("programmes/enrolments/<int:pk>/ask/", enrolments.ask_again, name="approval_ask"),
    path("programmes/enrolments/<int:pk>/phone/", enrolments.phone, name="approval_phone"),
    path("programmes/enrolments/<int:pk>/flags/", enrolments.flags, name="enrolment_flags"),
    path("programmes/enrolments/<int:pk>/undo/<int:transition>/", enrolments.undo, name="enrolment_undo"),
    path("a/<str:token>/", approvals.answer, name="answer"),
    path("a/<str:token>/undo/", approvals.undo_answer, name="answer_undo"),
    path("a/<str:token>/new-link/", approvals.new_link, name="answer_new_link"),
    path("s/<str:token>/", own_application.application, name="application"),
    path("s/<str:token>/withdraw/", own_application.withdraw, name="withdraw"),
    path("s/<str:token>/complete/", own_application.complete, name="complete"),
]

COHORT = "programmes/cohorts/<int:pk>/"
DAY = f"{COHORT}days/<int:number>/"
COHORTS: list[URLPattern] = [
    path("programmes/", programmes.programmes, name="programmes"),
    path("programmes/participants/", participants.all_participants, name="participants"),
    path("programmes/new/", programmes.programme_new, name="programme_new"),
    path("programmes/<int:pk>/", programmes.programme, name="programme_inside"),
    path("programmes/<int:pk>/edit/", programmes.programme_edit, name="programme_edit"),
    path("programmes/<int:pk>/funder/", programmes.programme_funder, name="programme_funder"),
    path("programmes/<int:pk>/funder/emblem/", emblems.programme_emblem, name="programme_emblem"),
    path("programmes/funders/<int:pk>/emblem/", emblems.funder_emblem, name="funder_emblem"),
    path("programmes/<int:pk>/cohorts/new/", cohorts.cohort_new, name="cohort_new"),
    path(COHORT, cohorts.cohort, name="cohort"),
    path(f"{COHORT}open/", cohorts.cohort_open, name="cohort_open"),
    path(f"{COHORT}edit/", cohorts.cohort_edit, name="cohort_edit"),
    path(f"{COHORT}participants/", participants.participants, name="cohort_participants"),
    path(f"{COHORT}letters/", cohorts.letters, name="cohort_letters"),
    path(f"{COHORT}seats/", selection.seats, name="seats"),
    path(f"{COHORT}seats/check/", selection.seats_check, name="seats_check"),
    path(f"{COHORT}seats/number/", cohorts.capacity, name="capacity"),
    path(f"{COHORT}evaluation/", evaluations.evaluation, name="evaluation"),
    path(f"{COHORT}evaluation/file/<slug:form>/", evaluations.evaluation_file, name="evaluation_file"),
    path(f"{COHORT}evaluation/texts/", evaluations.evaluation_texts, name="evaluation_texts"),
    path(f"{COHORT}evaluation/texts/<uuid:text>/", evaluations.evaluation_text, name="evaluation_text"),
    path(f"{COHORT}new-staff/", newcomers.newcomers, name="newcomers"),
    path(f"{COHORT}decision/", decisions.decision, name="decision"),
    path(f"{COHORT}decision/look/", boards.decision_look, name="decision_look"),
    path(f"{COHORT}board/", boards.board, name="board"),
    path(f"{COHORT}board/file.pdf", boards.board_file, name="board_file"),
    path(f"{COHORT}board/release/", boards.board_release, name="board_release"),
    path(f"{COHORT}said/", boards.said, name="said"),
    path(f"{COHORT}said/new/", boards.said_new, name="said_new"),
    path(f"{COHORT}said/<int:said>/", boards.said_edit, name="said_edit"),
    path(f"{COHORT}said/<int:said>/up/", boards.said_up, name="said_up"),
    path(f"{COHORT}improvements/<int:improvement>/", boards.improvement, name="improvement"),
    path(f"{COHORT}days/", days.days, name="days"),
    path(DAY, days.day, name="day"),
    path(f"{DAY}edit/", days.day_edit, name="day_edit"),
    path(f"{DAY}host/", days.day_host, name="day_host"),
    path(f"{DAY}place/", days.day_place, name="day_place"),
    path(f"{DAY}move/", days.day_move, name="day_move"),
    path(f"{DAY}cancel/", days.day_cancel, name="day_cancel"),
    path("programmes/enrolments/<int:pk>/include/", selection.include, name="include"),
    path("programmes/enrolments/<int:pk>/offer/", selection.answer_offer, name="answer_offer"),
    path("o/<str:token>/", selection.offer, name="offer"),
]

ENTRY: list[URLPattern] = [
    path("programmes/<int:pk>/conditions/", conditions.conditions, name="conditions"),
    path("programmes/<int:pk>/conditions/new/", conditions.condition_new, name="condition_new"),
    path("programmes/<int:pk>/conditions/<int:condition>/", conditions.condition, name="condition"),
    path(f"{COHORT}unfinished/", unfinished.unfinished, name="unfinished"),
    path("programmes/staff/file/", files.file_register, name="file_register"),
    path("programmes/staff/file/columns/", files.file_columns, name="file_columns"),
    path("programmes/staff/file/<uuid:pk>/", files.staff_file, name="staff_file"),
    path("programmes/staff/file/<uuid:pk>/errors/", files.staff_file_errors, name="staff_file_errors"),
    path("programmes/enrolments/<int:pk>/employer/", workplaces.employer, name="employer"),
]

# Last of all: they begin with a region's own word.
ROUND = "<slug:region>/<slug:programme>/<int:number>/"
PUBLIC: list[URLPattern] = [
    path("<slug:region>/", public.region, name="region"),
    path("<slug:region>/<slug:programme>/", public.programme, name="programme"),
    path(f"{ROUND}days.ics", public.days_file, name="days_file"),
    path(f"{ROUND}apply/", applications.start, name="apply"),
    path(f"{ROUND}apply/receipt/<str:token>/", applications.receipt, name="receipt"),
    path(f"{ROUND}apply/receipt/<str:token>/withdraw/", applications.take_back, name="take_back"),
    path(f"{ROUND}apply/<str:token>/about/", applications.about, name="apply_about"),
    path(f"{ROUND}apply/<str:token>/work/", applications.work, name="apply_work"),
    path(f"{ROUND}apply/<str:token>/check/", applications.check, name="apply_check"),
    path(f"{ROUND}apply/<str:token>/later/", applications.later, name="apply_later"),
    path(f"{ROUND}apply/<str:token>/drop/", applications.drop, name="apply_drop"),
]

FOLDERS: list[URLPattern] = [
    path(f"{COHORT}folder/", folders.folder, name="folder"),
    path(f"{COHORT}folder/<int:number>/release/", folders.folder_release, name="folder_release"),
    path("programmes/folders/", folders.folders, name="folders"),
    path("programmes/folders/<int:pk>/file/", folders.folder_file, name="folder_file"),
    path("programmes/folders/copies/<int:pk>/readers/", folders.folder_readers, name="folder_readers"),
    path("programmes/folders/readers/<int:pk>/end/", folders.folder_reader_end, name="folder_reader_end"),
    path("programmes/my/folder/<int:pk>/", folders.my_listing, name="my_listing"),
]

LEAVING: list[URLPattern] = [
    path("programmes/enrolments/<int:pk>/later-round/", transfers.transfer, name="transfer"),
    path("programmes/enrolments/<int:pk>/break/", breaks.take, name="break"),
    path("programmes/enrolments/<int:pk>/breaks/<int:row>/back/", breaks.come_back, name="break_back"),
    path("programmes/enrolments/<int:pk>/breaks/<int:row>/undo/", breaks.take_back, name="break_undo"),
    path("programmes/enrolments/<int:pk>/leave/", leaving.leave, name="leave"),
]

TASKS: list[URLPattern] = [
    path(f"{COHORT}tasks/", group_tasks.group_tasks, name="group_tasks"),
    path(f"{COHORT}tasks/new/", group_tasks.group_task_new, name="group_task_new"),
    path("programmes/tasks/<int:pk>/", group_tasks.group_task, name="group_task"),
    path("programmes/tasks/<int:pk>/edit/", group_tasks.group_task_edit, name="group_task_edit"),
    path("programmes/tasks/groups/<int:pk>/", group_tasks.hand_in, name="hand_in"),
    path("programmes/tasks/groups/<int:pk>/file/", group_tasks.hand_in_file, name="hand_in_file"),
]

MENTORS: list[URLPattern] = [
    path("programmes/mentors/", mentoring.mentors, name="mentors"),
    path("programmes/mentors/<int:pk>/", mentoring.mentor, name="mentor"),
    path(f"{COHORT}mentors/", mentoring.pairs, name="pairs"),
    path("m/<str:token>/", mentoring.mentor_answer, name="mentor_answer"),
]

MENTORSHIP = "programmes/mentorships/<int:pk>/"
MENTORSHIPS: list[URLPattern] = [
    path("programmes/my/mentor/", mentorships.my_mentor, name="my_mentor"),
    path("programmes/my/mentoring/", mentorships.my_mentoring, name="my_mentoring"),
    path(f"{COHORT}mentorships/", mentorships.mentorships, name="mentorships"),
    path(MENTORSHIP, mentorships.mentorship, name="mentorship"),
    path(f"{MENTORSHIP}agreement/", mentorships.agreement, name="mentor_agreement"),
    path(f"{MENTORSHIP}meetings/new/", mentorships.meeting_new, name="mentor_meeting_new"),
    path(f"{MENTORSHIP}meetings/<int:meeting>/", mentorships.meeting, name="mentor_meeting"),
    path(f"{MENTORSHIP}notes/", mentorships.notes, name="mentor_notes"),
    path(f"{MENTORSHIP}check/", mentorships.check, name="mentor_check"),
    path(f"{MENTORSHIP}end/", mentorships.end, name="mentor_end"),
]

GROUP_OF = "programmes/supervision/<int:pk>/"
SUPERVISION: list[URLPattern] = [
    path("programmes/supervision/", supervision.supervision, name="supervision"),
    path("programmes/supervision/new/", supervision.supervision_new, name="supervision_new"),
    path("programmes/supervision/employers/", supervision.supervision_fairness, name="supervision_fairness"),
    path(GROUP_OF, supervision.supervision_group, name="supervision_group"),
    path(f"{GROUP_OF}contract/", supervision.supervision_contract, name="supervision_contract"),
    path(f"{GROUP_OF}members/", supervision.supervision_run, name="supervision_run"),
    path(f"{GROUP_OF}sessions/new/", sessions.supervision_book, name="supervision_book"),
    path(f"{GROUP_OF}sessions/write/", sessions.supervision_write, name="supervision_write"),
    path(f"{GROUP_OF}sessions/<int:session>/", sessions.supervision_move, name="supervision_move"),
]

CLOSING: list[URLPattern] = [
    path(f"{COHORT}closing/", closing.closing, name="closing"),
    path(f"{COHORT}closing/proposals/", proposals.proposals, name="proposals"),
    path("programmes/closing/answers/<int:pk>/", proposals.proposal_answer, name="proposal_answer"),
    path("programmes/support/<int:pk>/", closing.support_list, name="support"),
    path("d/<str:token>/", proposals.proposal_link, name="proposal_link"),
    path("k/<str:token>/", closing.mentor_invitation, name="mentor_invitation"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    *SUPERVISION,
    *MENTORS,
    *ENTRY,
    *FOLDERS,
    *TASKS,
    *CLOSING,
    *LEAVING,
    *MENTORSHIPS,
    *MY_DAYS,
    *GROUP,
    *ATTENDANCE,
    *CERTIFICATES,
    *APPLICATIONS,
    *COHORTS,
    *PUBLIC,
]
