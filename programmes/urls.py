"""Addresses; each subject has its own list, and the public pages, which begin with a region's name, come last."""

from django.urls import URLPattern, URLResolver, path

from programmes.views import attendance

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

urlpatterns: list[URLPattern | URLResolver] = [*ATTENDANCE]
