from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('programmes', '0013_supervision'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='mentorship',
            name='mentorship_one_live',
        ),
        migrations.AddConstraint(
            model_name='mentorship',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ('agreed', 'active'))), fields=('enrolment',), name='mentorship_one_agreed'),
        ),
        migrations.AddConstraint(
            model_name='mentorship',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'proposed')), fields=('enrolment',), name='mentorship_one_asked'),
        ),
    ]
