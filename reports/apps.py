from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """Statistics, exports, rights of the person."""

    name = "reports"
