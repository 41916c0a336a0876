"""Addresses."""

from django.urls import path

from people.views import imports, me, organisations, persons, regions, roles, signing

app_name = "people"
urlpatterns = [
    path("people/me/", me.me, name="me"),
    path("people/sign-in/demo/", signing.demo_sign_in, name="demo_sign_in"),
    path("people/sign-in/second-step/", signing.second_step, name="second_step"),
    path("people/", persons.persons, name="persons"),
    path("people/new/", persons.new, name="new"),
    path("people/<int:pk>/", persons.person, name="person"),
    path("people/<int:pk>/edit/", persons.edit, name="edit"),
    path("people/<int:pk>/close/", persons.close, name="close"),
    path("people/<int:pk>/open/", persons.reopen, name="reopen"),
    path("people/<int:pk>/employments/new/", persons.employ, name="employ"),
    path("people/employments/<int:pk>/", persons.employment, name="employment"),
    path("people/employments/<int:pk>/end/", persons.end_employment, name="end_employment"),
    path("people/<int:pk>/roles/new/", roles.give, name="give_role"),
    path("people/roles/", roles.roles, name="roles"),
    path("people/roles/<int:pk>/end/", roles.end, name="end_role"),
    path("people/organisations/", organisations.organisations, name="organisations"),
    path("people/organisations/new/", organisations.new, name="organisation_new"),
    path("people/organisations/<int:pk>/", organisations.organisation, name="organisation"),
    path("people/organisations/<int:pk>/edit/", organisations.edit, name="organisation_edit"),
    path("people/organisations/<int:pk>/rename/", organisations.rename, name="organisation_rename"),
    path("people/organisations/<int:pk>/move/", organisations.move, name="organisation_move"),
    path("people/organisations/<int:pk>/end/", organisations.end, name="organisation_end"),
    path("people/organisations/<int:pk>/emblem/", organisations.emblem, name="organisation_emblem"),
    path("people/organisations/<int:pk>/emblem/picture/", organisations.picture, name="organisation_picture"),
    path("people/organisations/<int:pk>/contact/", organisations.contact, name="contact"),
    path("people/organisations/<int:pk>/contact/correct/", organisations.correct_contact, name="contact_correct"),
    path("people/regions/", regions.regions, name="regions"),
    path("people/regions/new/", regions.new, name="region_new"),
    path("people/regions/<int:pk>/", regions.region, name="region"),
    path("people/regions/<int:pk>/edit/", regions.edit, name="region_edit"),
    path("people/regions/<int:pk>/organisations/new/", regions.take_part, name="take_part"),
    path("people/participations/<int:pk>/end/", regions.end_participation, name="end_participation"),
    path("people/regions/<int:pk>/closed/new/", regions.close_days, name="closed_period"),
    path("people/closed/<int:pk>/remove/", regions.open_days, name="closed_period_remove"),
    path("people/imports/", imports.imports, name="imports"),
    path("people/imports/<uuid:pk>/", imports.staged, name="import"),
    path("people/imports/<uuid:pk>/errors/", imports.errors, name="import_errors"),
    path("people/imports/<uuid:pk>/confirm/", imports.confirm, name="import_confirm"),
    path("people/imports/<uuid:pk>/discard/", imports.discard, name="import_discard"),
]
