from django.apps import AppConfig
from django.core.checks import Tags, register
from django.db.backends.signals import connection_created


class BaseConfig(AppConfig):
    """The few words that everyone uses."""

    name = "base"

    def ready(self) -> None:
        from base.checks import letters_beyond_ascii
        from base.nordic import on_connect

        register(letters_beyond_ascii, Tags.database)
        connection_created.connect(on_connect, dispatch_uid="nordic")
