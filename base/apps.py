from django.apps import AppConfig
from django.db.backends.signals import connection_created


class BaseConfig(AppConfig):
    """The few words that everyone uses."""

    name = "base"

    def ready(self) -> None:
        from base import checks  # noqa: F401  (registers itself)
        from base.nordic import on_connect

        connection_created.connect(on_connect, dispatch_uid="nordic")
