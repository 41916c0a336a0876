"""How a stored file is answered. No address leads here: a view of the thing that owns the file asks its rule first."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from base import clock
from documents import actions
from documents.forms import EmblemForm
from documents.models import StoredFile
from documents.states import FileState

WAITS = timedelta(hours=1)


def emblem_form(
    request: HttpRequest, *, about: str, scope: str, languages: list[str], words: Mapping[str, str], stored: bool
) -> EmblemForm:
    """The form of an emblem. A picture that is right waits for an hour while the rest of its form is put right."""
    posted = request.method == "POST"
    waiting = (
        StoredFile.objects.waiting(key=request.POST.get("waiting", ""), about=about, by=request.user, now=clock.now())
        if posted
        else None
    )
    form = EmblemForm(
        request.POST if posted else None,
        request.FILES if posted else None,
        languages=languages,
        words=words,
        stored=stored,
        waiting=waiting,
    )
    if posted and not form.is_valid() and (picture := form.cleaned_data.get("picture")):
        now = clock.now()
        form.wait(
            actions.keep_emblem(
                picture=picture, about=about, scope=scope, by=request.user, now=now, expires_at=now + WAITS
            )
        )
    return form


def answer_file(file: StoredFile | None, *, inline: bool = False, keep: str = "no-store") -> HttpResponseBase:
    """The file as an attachment that no cache keeps and no browser runs; 404 when its time is over, it is gone or held.

    `inline` is for pictures that were drawn anew by us, and `keep` says how long the reader's own browser keeps one.
    With FILES_ACCEL the web server before us sends the bytes.
    """
    if file is None or file.state != FileState.READY or (file.expires_at and file.expires_at <= clock.now()):
        raise Http404
    response: HttpResponseBase
    if settings.FILES_ACCEL:
        response = HttpResponse(content_type=file.content_type)
        response["X-Accel-Redirect"] = f"{settings.FILES_ACCEL.rstrip('/')}/{file.path}"
    else:
        path = Path(settings.MEDIA_ROOT) / file.path
        if not path.is_file():
            raise Http404
        response = FileResponse(path.open("rb"), content_type=file.content_type)
    response["Content-Disposition"] = content_disposition_header(not inline, file.name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = f"private, {keep}"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
