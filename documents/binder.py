"""Uploads bound with pages of ours into one document, in a child process with limits of memory and time."""

import contextlib
import json
import logging
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from base.refusal import Refusal
from documents.binding import Part

BASE = Path(__file__).resolve().parent.parent
WALL = 300.0

log = logging.getLogger("helmi.binder")


class BindingFailed(Refusal):
    """The files could not be bound within the limits."""

    message = _("The files could not be bound into one document. The error is logged, and it is tried again.")


@dataclass(frozen=True)
class Seen:
    """What an upload is: how many pages, whether it is tagged, and whether it says that it follows PDF/UA."""

    pages: int
    tagged: bool
    accessible: bool


@dataclass(frozen=True)
class Bound:
    """The finished document: how many pages, where each upload begins (from 1), how each was taken, memory in MB."""

    pages: int
    begins: tuple[int, ...]
    ways: tuple[str, ...]
    memory: float


class Binder:
    """A child that looks at uploads and then binds them; it is ended with the block."""

    def __init__(self) -> None:
        self.child = subprocess.Popen(
            [
                sys.executable,
                "-I",
                "-B",
                "-c",
                "import os, sys; sys.path.insert(0, os.getcwd()); from documents.binding import main; main()",
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=BASE,
            env={"PATH": os.defpath, "LANG": "C.UTF-8", "TMPDIR": tempfile.gettempdir()},
            text=True,
        )
        self.stop = threading.Timer(WALL, self.child.kill)
        self.stop.start()

    def __enter__(self) -> "Binder":
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop.cancel()
        self.child.kill()
        with contextlib.suppress(OSError):  # what was not yet said is of no use to a child that is gone
            self.child.__exit__(None, None, None)

    def look(self, paths: Sequence[Path]) -> list[Seen]:
        """What these uploads are, in their order. Refused when one of them cannot be read."""
        if not paths:
            return []
        answer = self._ask({"look": [str(path) for path in paths]}, lambda _done: None)
        return [Seen(**one) for one in answer["seen"]]

    def bind(
        self,
        *,
        own: bytes,
        letters: bytes,
        parts: Sequence[Part],
        heading: str,
        words: str,
        accessible: bool,
        target: Path,
        progress: Callable[[int], None],
    ) -> Bound:
        """Bind our own pages and the uploads into `target`; `progress` hears how many uploads are in.

        `words` stand under every page, with %(n)s and %(total)s; `letters` is a page that shows each letter of them.
        `heading` is the bookmark above the uploads. The whole says that it follows PDF/UA only if `accessible`.
        Refused when the child breaks its limits.
        """
        with tempfile.TemporaryDirectory(prefix="binder-") as folder:
            pages, alphabet = Path(folder) / "own.pdf", Path(folder) / "letters.pdf"
            pages.write_bytes(own)
            alphabet.write_bytes(letters)
            job = {
                "own": str(pages),
                "letters": str(alphabet),
                "parts": [asdict(part) for part in parts],
                "heading": heading,
                "words": words,
                "accessible": accessible,
                "target": str(target),
            }
            answer = self._ask(job, progress)
        bound = answer["bound"]
        log.info("bound", extra={"facts": {"pages": bound["pages"], "memory_mb": round(answer["memory"])}})
        return Bound(bound["pages"], tuple(bound["begins"]), tuple(bound["ways"]), answer["memory"])

    def _ask(self, job: dict[str, Any], progress: Callable[[int], None]) -> dict[str, Any]:
        """Give the child the job and hear what it says, until its last word."""
        answer: dict[str, Any] = {}
        try:
            if self.child.stdin is None or self.child.stdout is None:
                raise BindingFailed()
            self.child.stdin.write(json.dumps(job) + "\n")
            self.child.stdin.flush()
            for line in self.child.stdout:
                answer = json.loads(line)
                if "done" not in answer:
                    break
                progress(answer["done"])
        except (OSError, ValueError) as error:
            log.exception("the binder broke off")
            raise BindingFailed() from error
        if "bound" not in answer and "seen" not in answer:
            log.error(
                "the binder failed", extra={"facts": {"said": answer.get("error", ""), "code": self.child.poll()}}
            )
            raise BindingFailed()
        return answer
