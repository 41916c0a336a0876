"""An expected "no", with the sentence for the person who asked."""

from django.utils.functional import Promise


class Refusal(Exception):
    """A rule of the domain says no; `str()` is a whole translated sentence.

    Subclass with `message`, a lazy translation that may hold `%(name)s` places; give their values by keyword.
    """

    message: str | Promise = ""

    def __init__(self, message: str | Promise = "", **facts: object) -> None:
        super().__init__()
        self.message = message or self.message
        self.facts = facts

    def __str__(self) -> str:
        text = str(self.message)
        return text % self.facts if self.facts else text


class Forbidden(Refusal):
    """The thing may be seen, but this deed is not the person's: answered with 403 and the reason."""
