"""Signed links: facts that only we can have written, with an end; the row they point at says whether they are used."""

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from django.core import signing
from django.utils.translation import gettext_lazy as _

from base.refusal import Refusal

SPOKEN = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


class LinkExpired(Refusal):
    """The link's time is over."""

    message = _("This link has expired.")


class LinkAltered(Refusal):
    """The link is not one of ours."""

    message = _("This link is not complete. Open it again from the letter, or copy all of it.")


def seal(purpose: str, facts: dict[str, Any]) -> str:
    """A token for a link that carries `facts`, good for this `purpose` only."""
    return signing.dumps(facts, salt=f"helmi.{purpose}", compress=True)


def unseal(purpose: str, token: str, *, days: int | None = None) -> dict[str, Any]:
    """The facts in a token; refused when it is altered, or older than `days`."""
    try:
        return dict(signing.loads(token, salt=f"helmi.{purpose}", max_age=timedelta(days=days) if days else None))
    except signing.SignatureExpired as error:
        raise LinkExpired() from error
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise LinkAltered() from error


def spoken_code(length: int) -> str:
    """A new code of signs that nobody mixes up on the telephone."""
    return "".join(secrets.choice(SPOKEN) for _place in range(length))


def in_fours(code: str) -> str:
    """A code as it is written and read out: K7QM-3XRA."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def fresh() -> str:
    """A new secret of 32 letters and digits."""
    return secrets.token_hex(16)


def digest(token: str) -> str:
    """What is stored of a secret link: nobody gets back from it to the link."""
    return hashlib.sha256(token.encode()).hexdigest()
