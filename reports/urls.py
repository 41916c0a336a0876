"""Addresses."""

from django.urls import URLPattern, URLResolver, path

from reports import views

app_name = "reports"
urlpatterns: list[URLPattern | URLResolver] = [
    path("reports/me/", views.about_me, name="about_me"),
    path("reports/me/file/", views.about_me_file, name="about_me_file"),
    path("reports/figures/", views.figures, name="figures"),
    path("reports/figures/file/", views.figures_file, name="figures_file"),
    path("reports/exports/", views.exports, name="exports"),
    path("reports/exports/<uuid:pk>/", views.export, name="export"),
    path("reports/exports/<uuid:pk>/file/", views.export_file, name="export_file"),
    path("reports/exports/<uuid:pk>/stop/", views.export_cancel, name="export_cancel"),
]
