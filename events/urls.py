"""Addresses."""

from django.urls import URLPattern, URLResolver, path

from events.views import days, evaluations, material

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
    path("events/<int:pk>/material/", material.materials, name="materials"),
    path("events/<int:pk>/material/new/", material.material_new, name="material_new"),
    path("events/<int:pk>/material/<int:material>/", material.material_file, name="material_file"),
    path("events/<int:pk>/material/<int:material>/change/", material.material_edit, name="material_edit"),
    path("events/<int:pk>/material/<int:material>/reviewed/", material.material_review, name="material_review"),
    path("events/<int:pk>/material/<int:material>/remove/", material.material_remove, name="material_remove"),
    path("events/material/<int:pk>/", material.public_material, name="public_material"),
    path("events/<int:pk>/evaluation/", evaluations.evaluation, name="evaluation"),
    path("events/<int:pk>/evaluation/questions/", evaluations.evaluation_edit, name="evaluation_edit"),
    path("events/<int:pk>/evaluation/texts/", evaluations.evaluation_texts, name="evaluation_texts"),
    path("events/<int:pk>/evaluation/texts/<uuid:text>/", evaluations.evaluation_text, name="evaluation_text"),
    path("f/<str:token>.ics", days.feed, name="feed"),
]
