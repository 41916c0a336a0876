"""Addresses; each subject has its own list, and the public pages, which begin with a region's name, come last."""

from django.urls import URLPattern, URLResolver, path

from programmes.views import attendance, certificates

app_name = "programmes"

ATTENDANCE: list[URLPattern] = [
    path("programmes/cohorts/<int:pk>/attendance/", attendance.grid, name="attendance"),
    path("programmes/cohorts/<int:pk>/attendance/mark/", attendance.mark, name="mark"),
    path("programmes/cohorts/<int:pk>/days/<int:number>/attendance/", attendance.door, name="door"),
    path("programmes/enrolments/<int:pk>/make-up/", attendance.make_up, name="make_up"),
    path(
        "programmes/enrolments/<int:pk>/make-up/<int:make_up>/undo/", attendance.undo_make_up, name="undo_make_up"
    ),
]

CERTIFICATES: list[URLPattern] = [
    path("programmes/cohorts/<int:pk>/certificates/", certificates.certificates, name="certificates"),
    path("programmes/cohorts/<int:pk>/certificates/print/", certificates.print_again, name="certificates_print"),
    path("programmes/enrolments/<int:pk>/certificate/", certificates.issue, name="certificate_issue"),
    path("programmes/certificates/<int:pk>/file/", certificates.certificate_file, name="certificate_file"),
    path("programmes/certificates/<int:pk>/replace/", certificates.replace, name="certificate_replace"),
    path("programmes/certificates/<int:pk>/revoke/", certificates.revoke, name="certificate_revoke"),
    path("programmes/my/documents/", certificates.my_documents, name="my_documents"),
    path("c/", certificates.check, name="certificate_check"),
    path("c/<str:code>/", certificates.certificate, name="certificate"),
]

urlpatterns: list[URLPattern | URLResolver] = [*ATTENDANCE, *CERTIFICATES]
