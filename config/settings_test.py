"""The settings of the tests: the same file, with quick and private substitutes.

TEST_SERVICES=1 (see tests/servers.py) gives PostgreSQL and Redis by DATABASE_URL and REDIS_URL; without it SQLite.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

os.environ.setdefault("HELMI_DEMO", "1")
os.environ.setdefault("SECRET_KEY", "a key for tests only, never a secret anywhere else")
os.environ.setdefault("BASE_URL", "http://localhost:8000")
os.environ.setdefault("ALLOWED_HOSTS", "localhost,127.0.0.1,testserver")
if "HELMI_TEST_VAR" not in os.environ:  # xdist's workers inherit the one of the run
    os.environ["HELMI_TEST_VAR"] = tempfile.mkdtemp(prefix="helmi-test-")
    atexit.register(shutil.rmtree, os.environ["HELMI_TEST_VAR"], ignore_errors=True)
os.environ["HELMI_VAR"] = os.environ["HELMI_TEST_VAR"]
os.environ["DATABASE_POOL"] = "0"

from config.settings import *  # noqa: F403  (the environment above comes first)
from config.settings import CACHES, DATABASES

DEMO = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CACHES["default"] = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, as in real use: threads that share a database in memory meet locks that a file does not have.
    DATABASES["default"]["TEST"] = {"NAME": f"{os.environ['HELMI_TEST_VAR']}/test.sqlite3"}
CELERY_BROKER_URL = "memory://"
CELERY_BROKER_TRANSPORT_OPTIONS = {}
WHITENOISE_USE_FINDERS = False
# Each worker has its own files: the sweep of one, at another time, would take those of the others for strays.
MEDIA_ROOT = Path(os.environ["HELMI_TEST_VAR"]) / os.environ.get("PYTEST_XDIST_WORKER", "main") / "files"
