from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("answers", "0003_slips")]

    operations = [
        migrations.AddField(
            model_name="box",
            name="held_up",
            field=models.CharField(
                blank=True,
                choices=[
                    ("plan", "what was confirmed is not what can be counted"),
                    ("altered", "what was frozen has been changed"),
                    ("keys", "the keys are away"),
                ],
                db_default="",
                default="",
                max_length=10,
            ),
        ),
        migrations.AddField(model_name="box", name="unreadable", field=models.JSONField(blank=True, null=True)),
    ]
