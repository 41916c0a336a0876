import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def person(related_name, on_delete=django.db.models.deletion.CASCADE, **facts):
    return models.ForeignKey(on_delete=on_delete, related_name=related_name, to=settings.AUTH_USER_MODEL, **facts)


def mentorship(related_name):
    return models.ForeignKey(
        on_delete=django.db.models.deletion.CASCADE, related_name=related_name, to='programmes.mentorship'
    )


def key():
    return models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')


SET_NULL = django.db.models.deletion.SET_NULL


class Migration(migrations.Migration):

    dependencies = [
        ('programmes', '0009_conditions_files_workplaces'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='mentorship',
            name='reached',
            field=models.CharField(blank=True, db_default='', default='', max_length=300, verbose_name='how you reach each other'),
        ),
        migrations.AddField(
            model_name='mentorship',
            name='written_by',
            field=person('+', SET_NULL, blank=True, null=True),
        ),
        migrations.AddField(
            model_name='mentorship',
            name='written_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='mentorship',
            name='confirmed_by',
            field=person('+', SET_NULL, blank=True, null=True),
        ),
        migrations.AddField(
            model_name='mentorship',
            name='confirmed_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.CreateModel(
            name='MentorMeeting',
            fields=[
                ('id', key()),
                ('date', models.DateField(verbose_name='day')),
                ('minutes', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(5), django.core.validators.MaxValueValidator(480)], verbose_name='minutes')),
                ('form', models.CharField(choices=[('in_person', 'in person'), ('remote', 'remotely'), ('phone', 'by telephone')], default='in_person', max_length=10, verbose_name='how you met')),
                ('tag', models.CharField(blank=True, choices=[('start', 'getting to know each other'), ('role', 'the professional role'), ('work', 'the work and its methods'), ('workplace', 'the workplace and cooperation'), ('strength', 'time and strength'), ('ahead', 'learning and the way ahead'), ('other', 'something else'), ('closing', 'closing talk')], max_length=10, verbose_name='topic')),
                ('at', models.DateTimeField()),
                ('held_at', models.DateTimeField(blank=True, null=True, verbose_name='written down as held')),
                ('by', person('+', SET_NULL, null=True)),
                ('mentorship', mentorship('meetings')),
            ],
            options={
                'ordering': ['-date', '-pk'],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(minutes__gte=5, minutes__lte=480), name='mentor_meeting_length'),
                    models.CheckConstraint(condition=models.Q(('held_at__isnull', True), models.Q(('tag', ''), _negated=True), _connector='OR'), name='mentor_meeting_topic'),
                ],
            },
        ),
        migrations.CreateModel(
            name='MentorNote',
            fields=[
                ('id', key()),
                ('text', models.TextField(verbose_name='text')),
                ('created_at', models.DateTimeField()),
                ('changed_at', models.DateTimeField()),
                ('mentorship', mentorship('notes')),
                ('writer', person('mentor_notes')),
            ],
            options={
                'ordering': ['-created_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='MentorCheck',
            fields=[
                ('id', key()),
                ('asked_at', models.DateTimeField()),
                ('until', models.DateTimeField(verbose_name='can be answered until')),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('works', models.CharField(blank=True, choices=[('yes', 'yes'), ('partly', 'partly'), ('no', 'no')], max_length=6, verbose_name='does it work')),
                ('often', models.CharField(blank=True, choices=[('enough', 'often enough'), ('seldom', 'too seldom'), ('often', 'too often')], max_length=6, verbose_name='do you meet often enough')),
                ('call', models.BooleanField(default=False, verbose_name='wants the coordinator to call')),
                ('called_at', models.DateTimeField(blank=True, null=True, verbose_name='called')),
                ('mentorship', mentorship('checks')),
                ('person', person('mentor_checks')),
            ],
            options={
                'ordering': ['asked_at', 'pk'],
                'constraints': [
                    models.UniqueConstraint(fields=('mentorship', 'person'), name='mentor_check_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='MentorWish',
            fields=[
                ('id', key()),
                ('at', models.DateTimeField()),
                ('settled_at', models.DateTimeField(blank=True, null=True, verbose_name='seen to')),
                ('mentorship', mentorship('wishes')),
                ('person', person('mentor_wishes')),
            ],
            options={
                'ordering': ['at', 'pk'],
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(settled_at__isnull=True), fields=('mentorship', 'person'), name='mentor_wish_one_open'),
                ],
            },
        ),
    ]
