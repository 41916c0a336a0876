"""Addresses."""

from django.urls import URLPattern, URLResolver, path

from events.views import days

app_name = "events"
urlpatterns: list[URLPattern | URLResolver] = [
    path("events/calendar/", days.calendar, name="calendar"),
    path("events/calendar/renew/", days.renew_feed, name="renew_feed"),
    path("events/<int:pk>/", days.event, name="event"),
    path("events/<int:pk>/calendar.ics", days.event_file, name="event_file"),
    path("events/<int:pk>/absence/", days.absence, name="absence"),
    path("events/<int:pk>/absence/undo/", days.absence_undo, name="absence_undo"),
    path("events/<int:pk>/place/", days.practicalities, name="practicalities"),
    path("events/<int:pk>/needs/", days.needs, name="needs"),
    path("f/<str:token>.ics", days.feed, name="feed"),
]
