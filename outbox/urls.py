"""Addresses."""

from django.urls import URLPattern, URLResolver, path

from outbox import views

app_name = "outbox"
urlpatterns: list[URLPattern | URLResolver] = [
    path("letters/", views.letters, name="letters"),
    path("letters/<uuid:pk>/", views.letter, name="letter"),
    path("letters/<uuid:pk>/hold/", views.act, {"deed": "hold"}, name="hold"),
    path("letters/<uuid:pk>/send/", views.act, {"deed": "send_now"}, name="send_now"),
    path("letters/<uuid:pk>/again/", views.act, {"deed": "try_again"}, name="try_again"),
    path("letters/<uuid:pk>/arrived/", views.act, {"deed": "arrived"}, name="arrived"),
    path("letters/<uuid:pk>/not-arrived/", views.act, {"deed": "not_arrived"}, name="not_arrived"),
    path("letters/<uuid:pk>/alike/", views.decide_alike, name="decide_alike"),
    path("letters/<uuid:pk>/cancel/", views.cancel, name="cancel"),
    path("letters/batches/<uuid:pk>/", views.batch, name="batch"),
    path("letters/batches/<uuid:pk>/undo/", views.act_on_batch, {"deed": "undo"}, name="undo_batch"),
    path("letters/batches/<uuid:pk>/cancel/", views.act_on_batch, {"deed": "cancel"}, name="cancel_batch"),
    path("operations/", views.operations, name="operations"),
]
