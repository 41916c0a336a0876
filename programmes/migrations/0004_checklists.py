"""The improvements that wait in rounds now become rows of their checklists."""

from django.db import migrations

NOT_OVER = ("draft", "open", "selection", "running")


def begin(apps, schema_editor):
    """One row a line of the decision about the round before, for rounds that are not over."""
    Cohort = apps.get_model("programmes", "Cohort")
    Improvement = apps.get_model("programmes", "Improvement")
    followed = set(Improvement.objects.values_list("decision", flat=True))
    waiting = Cohort.objects.filter(state__in=NOT_OVER, previous__decision__isnull=False)
    for cohort in waiting.select_related("previous__decision").order_by("number"):
        decision = cohort.previous.decision
        lines = [line.strip() for line in decision.improvements.splitlines() if line.strip()]
        if decision.pk in followed:
            continue
        followed.add(decision.pk)
        first = cohort.days.order_by("event__date").values_list("event__date", flat=True).first()
        Improvement.objects.bulk_create(
            Improvement(
                cohort=cohort,
                decision=decision,
                order=order,
                words=words,
                owner_id=cohort.responsible_id,
                due=first,
            )
            for order, words in enumerate(dict.fromkeys(lines))
        )


class Migration(migrations.Migration):
    dependencies = [("programmes", "0003_boards")]
    operations = [migrations.RunPython(begin, migrations.RunPython.noop, elidable=True)]
