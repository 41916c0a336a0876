from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("events", "0004_words_for_reviewers")]

    operations = [
        migrations.AddField(
            model_name="scan", name="here", field=models.BooleanField(db_default=True, default=True)
        ),
    ]
