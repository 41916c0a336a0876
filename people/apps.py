from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Who, where, in which role."""

    name = "people"

    def ready(self) -> None:
        from allauth.account import signals

        from people import adapters

        signals.email_confirmed.connect(adapters.address_confirmed, dispatch_uid="people.address_confirmed")
        signals.user_logged_in.connect(adapters.signed_in, dispatch_uid="people.signed_in")
