"""How a stored file is answered. No address leads here: a view of the thing that owns the file asks its rule first."""

from pathlib import Path

from django.conf import settings
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from base import clock
from documents.models import StoredFile


def answer_file(file: StoredFile | None, *, inline: bool = False) -> HttpResponseBase:
    """The file as an attachment that no cache keeps and no browser runs; 404 when its time is over or it is gone.

    `inline` is for pictures that were drawn anew by us. With FILES_ACCEL the web server before us sends the bytes.
    """
    if file is None or (file.expires_at and file.expires_at <= clock.now()):
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
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
