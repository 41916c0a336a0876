"""Uploads opened and made harmless: pure functions from a file to a cleaned file, or the reason why not.

What is done here is done in a child process (`child.py`), which has none of our secrets and knows neither Django nor
the database. A reason is a code with plain facts; the gate has the sentences.
"""


class Unfit(Exception):
    """The file is not taken in; `code` names the reason, `facts` fill the sentence."""

    def __init__(self, code: str, **facts: int | str) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts
