"""Codes without a person on paper: made where the keys are, read once by the browser that asked for them.

The web server has no keys, and the clock has no printer. So whoever asks gets a key of her own, which stays in her
browser; the clock makes the paper and seals it for that key; the first reading takes it away. The database, its backups
and the store of files never hold a slip that anybody else could open.
"""

import base64
import binascii
import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from answers import keys, kinds, rules, seals
from answers.actions.boxes import slip_codes
from answers.models import Box, SlipSheet
from answers.states import BoxState
from base.languages import spoken

log = logging.getLogger("helmi.answers")
KEPT = timedelta(days=1)


@transaction.atomic
def want_slips(*, box: Box, unit: str, now: datetime) -> tuple[SlipSheet, str]:
    """Ask for the slips of a unit: the sheet that the clock will make, and the key that opens it.

    The key is for the asker's browser alone and is not kept here. A sheet that was asked for before can no longer be
    opened; the codes on the new one are the same. Refused while the box is not open, and where nobody draws a slip.
    """
    box = Box.objects.select_for_update(no_key=True).get(pk=box.pk)
    if refusal := rules.why_not_print(box, unit):
        raise refusal
    private = seals.new_private_key()
    facts = {"language": spoken(), "public_key": seals.public_key_of(private), "ciphertext": None, "wanted_at": now}
    sheet, _made = SlipSheet.objects.update_or_create(box=box, unit=unit, defaults=facts)
    return sheet, base64.urlsafe_b64encode(private).decode()


def print_slips(*, now: datetime) -> int:
    """Make the sheets that are waited for, where the keys are, and drop those nobody fetched; how many were made."""
    SlipSheet.objects.filter(wanted_at__lte=now - KEPT).delete()
    made = 0
    for sheet in SlipSheet.objects.filter(ciphertext=None, box__state=BoxState.OPEN).select_related("box"):
        try:
            made += _print(sheet)
        except keys.KeysAway:
            log.error("slips are not made where there are no keys", extra={"facts": {"box": sheet.box_id}})
    return made


def _print(sheet: SlipSheet) -> int:
    """Make one sheet; 0 when it was asked for anew meanwhile."""
    start = f"{settings.BASE_URL}/b/{sheet.language}/#"
    roles = sorted({role for unit, role, n in sheet.box.slips if unit == sheet.unit and n})
    links = {role: [start + code for code in slip_codes(box=sheet.box, unit=sheet.unit, role=role)] for role in roles}
    paper = kinds.find(sheet.box.kind).slips(sheet.box, sheet.unit, links, sheet.language)
    same = SlipSheet.objects.filter(pk=sheet.pk, wanted_at=sheet.wanted_at, public_key=sheet.public_key)
    return same.update(ciphertext=seals.seal_file(bytes(sheet.public_key), paper))


@transaction.atomic
def take_slips(*, sheet: SlipSheet, key: str) -> bytes:
    """The paper, once: after this it is gone. Refused when it is not made yet, or to another browser."""
    found = SlipSheet.objects.select_for_update().filter(pk=sheet.pk).first()
    if found is None or found.ciphertext is None:
        raise rules.SlipsNotReady()
    try:
        paper = seals.unseal_file(base64.urlsafe_b64decode(key), bytes(found.ciphertext))
    except (seals.Unreadable, binascii.Error, ValueError):
        raise rules.SlipsOfAnother() from None
    found.delete()
    return paper
