"""Every static file that a style or script names is there, so that an installation can collect and hash them."""

from pathlib import Path

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from django.core.management import call_command
from django.test import override_settings

HASHED = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}}


def test_the_files_can_be_collected_and_hashed(tmp_path):
    with override_settings(STORAGES=HASHED, STATIC_ROOT=str(tmp_path)):
        call_command("collectstatic", interactive=False, verbosity=0)
        names = ManifestStaticFilesStorage(location=tmp_path).hashed_files
    assert any(name.startswith("vendor/bootstrap/") for name in names)
    assert all((Path(tmp_path) / hashed).is_file() for hashed in names.values())
