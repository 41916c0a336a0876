from django.apps import AppConfig


class EventsConfig(AppConfig):
    """Time, place, places, attendance."""

    name = "events"

    def ready(self) -> None:
        from events import letters
        from events.actions import evaluations as asked
        from events.actions import guests
        from events.letters import abstracts, evaluations, material, publishing, sign_up, working
        from people import actions as people

        letters.register_kinds()
        abstracts.register_kinds()
        material.register_kinds()
        publishing.register_kinds()
        sign_up.register_kinds()
        working.register_kinds()
        evaluations.register_kinds()
        asked.register()
        people.before_joining(guests.settle_before_joining)
