"""Swedish order of letters; before every table that sorts names."""

from django.contrib.postgres.operations import CreateCollation
from django.db import migrations


class Migration(migrations.Migration):
    run_before = [("people", "0001_initial")]
    dependencies: list[tuple[str, str]] = []
    operations = [CreateCollation("nordic", provider="icu", locale="sv")]
