"""Where the keys of a box lie: one small file a box in a directory of its own, which is never backed up.

In real use KEYS_DIR is a volume that only the worker mounts: the web server seals with the public key and can neither
make a personal link nor open a ballot. In the embedded default it lies under HELMI_VAR, and whoever owns the machine
owns the keys. When the keys are gone, the ballots cannot be opened by anybody.
"""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from answers import seals
from base.refusal import Refusal


class KeysAway(Refusal):
    """The directory of keys is not here, or the box has none in it."""

    message = _("The keys are kept by another part of the portal. What needs them is done there within a minute.")


@dataclass(frozen=True)
class Keys:
    """The two secrets of a box: one makes codes, the other opens ballots."""

    link: bytes
    private: bytes


class KeyStore(Protocol):
    """What a place for keys can do."""

    def make(self, name: str) -> Keys: ...

    def read(self, name: str) -> Keys: ...

    def has(self, name: str) -> bool: ...

    def destroy(self, name: str) -> None: ...


class FileKeys:
    """Keys as files that only their owner may read."""

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        self.folder, self.create = folder, create

    def _path(self, name: str) -> Path:
        if not name.isalnum():
            raise ValueError("a name of keys is letters and digits")
        return self.folder / f"{name}.keys"

    def make(self, name: str) -> Keys:
        """New keys, complete on the disk when this returns; those that are there already when it is asked twice."""
        if self.create:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self.folder.is_dir():
            raise KeysAway
        fresh = secrets.token_bytes(seals.KEY) + seals.new_private_key()
        passing = self.folder / f".{name}.{secrets.token_hex(8)}"
        handle = os.open(passing, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(handle, fresh)
            os.fsync(handle)
        finally:
            os.close(handle)
        try:
            os.link(passing, self._path(name))
        except FileExistsError:
            pass
        finally:
            passing.unlink()
        self._settle()
        return self.read(name)

    def read(self, name: str) -> Keys:
        """The keys; refused where they are not."""
        try:
            raw = self._path(name).read_bytes()
        except OSError:
            raise KeysAway from None
        if len(raw) != 2 * seals.KEY:
            raise KeysAway
        return Keys(raw[: seals.KEY], raw[seals.KEY :])

    def has(self, name: str) -> bool:
        """Whether the keys are here."""
        return self._path(name).exists()

    def destroy(self, name: str) -> None:
        """Write over the keys and take them away; nothing when they are gone already."""
        try:
            handle = os.open(self._path(name), os.O_WRONLY)
        except FileNotFoundError:
            return
        try:
            os.write(handle, secrets.token_bytes(2 * seals.KEY))
            os.fsync(handle)
        finally:
            os.close(handle)
        self._path(name).unlink(missing_ok=True)
        self._settle()

    def _settle(self) -> None:
        handle = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def store() -> KeyStore:
    """The place for keys that the settings name."""
    return FileKeys(Path(settings.KEYS_DIR), create=settings.KEYS_EMBEDDED)
