"""Addresses."""

from django.urls import URLPattern, URLResolver, path

from events import views

app_name = "events"
urlpatterns: list[URLPattern | URLResolver] = [
    path("events/calendar/", views.calendar, name="calendar"),
    path("events/calendar/renew/", views.renew_feed, name="renew_feed"),
    path("events/<int:pk>/", views.event, name="event"),
    path("events/<int:pk>/calendar.ics", views.event_file, name="event_file"),
    path("events/<int:pk>/absence/", views.absence, name="absence"),
    path("events/<int:pk>/absence/undo/", views.absence_undo, name="absence_undo"),
    path("events/<int:pk>/place/", views.practicalities, name="practicalities"),
    path("events/<int:pk>/needs/", views.needs, name="needs"),
    path("f/<str:token>.ics", views.feed, name="feed"),
]
