"""The floor: what bare Django needs for a query and a template, a list of 50 of 2,000, a workbook, mails, or PDF pages.

A Django site in one file, measured by the same client in the same run. It does as little as a site can.
"""

import io
import itertools
import os
import sys
from typing import Any

import django
import environ
import xlsxwriter
from django.conf import settings

TEMPLATE = """<!doctype html><html lang="sv"><title>{{ row.name }}</title><h1>{{ row.name }}</h1><p>{{ row.text }}</p>
<p>{{ row.starts_at|date:"Y-m-d H:i" }}</p></html>"""
LIST = """<!doctype html><html lang="sv"><title>List</title>
<table>{% for row in rows %}
<tr><td>{{ row.name }}</td><td>{{ row.text }}</td><td>{{ row.starts_at|date:"Y-m-d" }}</td></tr>
{% endfor %}</table></html>"""
MAIL = "Hej {{ row.name }},\n\n{{ row.text }}\n\n{{ row.starts_at|date:'Y-m-d H:i' }}\n"
TEMPLATES = {"page.html": TEMPLATE, "list.html": LIST, "mail.txt": MAIL}
ROWS, PAGE, EXPORT, COLUMNS, MAILS, SEATS, PAPERS = 2000, 50, 10_000, 14, 100, 1_000_000, 500


def set_up(address: str) -> None:
    """Configure the site, make its table and fill it."""
    settings.configure(
        SECRET_KEY="bench",
        ALLOWED_HOSTS=["testserver"],
        ROOT_URLCONF=__name__,
        USE_TZ=True,
        DATABASES={"default": environ.Env.db_url_config(address)},
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=int(os.environ["EMAIL_PORT"]),
        MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "OPTIONS": {"loaders": [("django.template.loaders.locmem.Loader", TEMPLATES)]},
            }
        ],
    )
    django.setup()
    from django.db import connection, models
    from django.utils import timezone

    class Row(models.Model):
        name = models.CharField(max_length=100, db_index=True)
        text = models.TextField()
        starts_at = models.DateTimeField()

        class Meta:
            app_label = "floor"

        def __str__(self) -> str:
            return self.name

    class Seat(models.Model):
        row = models.ForeignKey(Row, models.CASCADE)
        name = models.CharField(max_length=100)
        email = models.EmailField()

        class Meta:
            app_label = "floor"

        def __str__(self) -> str:
            return self.name

    globals().update(Row=Row, Seat=Seat)
    with connection.schema_editor() as editor:
        editor.create_model(Row)
        editor.create_model(Seat)
    now = timezone.now()
    Row.objects.bulk_create(
        [Row(name=f"Row {number:05}", text="A line of text. " * 8, starts_at=now) for number in range(ROWS)]
    )


def page(request: Any, name: str) -> Any:
    """One indexed query and a template."""
    from django.shortcuts import get_object_or_404, render

    return render(request, "page.html", {"row": get_object_or_404(globals()["Row"], name=name)})


def register(request: Any, name: str) -> Any:
    """A registration: under the row's lock the taken places are counted, and one is written."""
    from django.db import transaction
    from django.http import HttpResponse, HttpResponseRedirect

    row_model, seat_model = globals()["Row"], globals()["Seat"]
    with transaction.atomic():
        row = row_model.objects.select_for_update().get(name=name)
        if seat_model.objects.filter(row=row).count() >= SEATS:
            return HttpResponse(status=409)
        seat = seat_model.objects.create(row=row, name=request.POST["name"], email=request.POST["email"])
    return HttpResponseRedirect(f"/seat/{seat.pk}/")


def receipt(request: Any, number: int) -> Any:
    """The place that somebody has."""
    from django.shortcuts import get_object_or_404, render

    seat = get_object_or_404(globals()["Seat"].objects.select_related("row"), pk=number)
    return render(request, "page.html", {"row": seat.row})


def listing(request: Any) -> Any:
    """Fifty rows of two thousand."""
    from django.shortcuts import render

    return render(request, "list.html", {"rows": globals()["Row"].objects.order_by("name")[:PAGE]})


def workbook() -> bytes:
    """Ten thousand plain rows of the export's width, in constant memory."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"constant_memory": True, "in_memory": False})
    sheet = book.add_worksheet()
    for row in range(EXPORT):
        for column in range(COLUMNS):
            sheet.write_string(row, column, f"value {row} {column}")
    book.close()
    return target.getvalue()


def mails() -> None:
    """A hundred mails from a hundred rows, over one connection, then marked."""
    from django.core.mail import EmailMessage, get_connection
    from django.template.loader import get_template

    template, model = get_template("mail.txt"), globals()["Row"]
    rows = list(model.objects.order_by("name")[:MAILS])
    get_connection().send_messages(
        [EmailMessage(row.name, template.render({"row": row}), to=[f"row{row.pk}@example.org"]) for row in rows]
    )
    model.objects.filter(pk__in=[row.pk for row in rows]).update(text=rows[0].text)


def pages() -> bytes:
    """500 bare pages in one PDF from 500 rows: a name, a line and a QR code, in any font of the machine."""
    import segno
    from weasyprint import HTML

    rows = globals()["Row"].objects.order_by("name")[:PAPERS]
    codes = (segno.make(f"{row.pk}-7KQ2M9", error="m", micro=False).png_data_uri(scale=4, border=2) for row in rows)
    papers = [
        f'<h1>{row.name}</h1><p>{row.text}</p><img alt="" src="{code}">' for row, code in zip(rows, codes, strict=True)
    ]
    style = "<style>@page{size:90mm 60mm;margin:4mm}h1{font-size:20pt}div{break-after:page}img{width:16mm}</style>"
    body = "".join(f"<div>{paper}</div>" for paper in papers)
    html = f'<!doctype html><html lang="sv"><head><title>Pages</title>{style}</head><body>{body}</body></html>'
    made: bytes = HTML(string=html).write_pdf(pdf_variant="pdf/ua-1")
    return made


def urls() -> list[Any]:
    """The addresses."""
    from django.urls import path

    return [
        path("page/<str:name>/", page),
        path("page/<str:name>/register/", register),
        path("seat/<int:number>/", receipt),
        path("list/", listing),
    ]


def items() -> dict[str, Any]:
    """What can be measured here."""
    from django.test import Client

    client = Client()

    def get(address: str) -> None:
        assert client.get(address).status_code == 200

    rows = itertools.cycle(range(ROWS))

    def flow() -> None:
        """Page, registration, receipt: three requests. Each on the next row, so that counting stays cheap."""
        address = f"/page/Row {next(rows):05}/"
        get(address)
        answer = client.post(f"{address}register/", {"name": "Row", "email": "row@example.org"})
        assert answer.status_code == 302
        get(answer["Location"])

    return {
        "page": lambda: get("/page/Row 01234/"),
        "flow": flow,
        "list": lambda: get("/list/"),
        "workbook": workbook,
        "mails": mails,
        "pages": pages,
    }


if __name__ == "__main__":
    from tests.bench.measure import serve

    set_up(sys.argv[1])
    urlpatterns = urls()
    sys.modules["tests.bench.floor"] = sys.modules[__name__]
    settings.ROOT_URLCONF = "tests.bench.floor"
    serve(items())
