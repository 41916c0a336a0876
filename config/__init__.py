"""The project: settings, addresses, the queue and the web server's door. Nobody imports it."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
