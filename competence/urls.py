"""Addresses; each subject has its own list."""

from django.urls import URLPattern, URLResolver

app_name = "competence"

frameworks: list[URLPattern | URLResolver] = []
profiles: list[URLPattern | URLResolver] = []
goals: list[URLPattern | URLResolver] = []
own: list[URLPattern | URLResolver] = []
surveys: list[URLPattern | URLResolver] = []
results: list[URLPattern | URLResolver] = []

urlpatterns = [*frameworks, *profiles, *goals, *own, *surveys, *results]
