"""The queue. What is due stands in tables; a task only carries an id, and the clock sweeps every minute."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("helmi")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
