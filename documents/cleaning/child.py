"""The child process: limits itself, opens one upload, says in JSON what came of it.

Called as `python -I -B -c "..." KIND SOURCE TARGET`. Whatever the file does to it, only this process suffers.
"""

import json
import resource
import sys
from pathlib import Path
from typing import Any

from documents.cleaning import Unfit

MEMORY = 1536 * 1024 * 1024
CPU_SECONDS = 15
WRITTEN = 200 * 1024 * 1024


def main() -> None:
    """Clean the file that the arguments name."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (WRITTEN, WRITTEN))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    kind, source, target = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    answer: dict[str, Any]
    try:
        answer = {"fit": clean(kind, source, target)}
    except Unfit as unfit:
        answer = {"unfit": unfit.code, "facts": unfit.facts}
    except MemoryError:
        answer = {"unfit": "limits", "facts": {}}
    except Exception as error:  # a parser's own words are no use to the uploader; the log keeps their kind
        answer = {"unfit": "damaged", "facts": {}, "error": type(error).__name__}
    sys.stdout.write(json.dumps(answer))


def clean(kind: str, source: Path, target: Path) -> dict[str, Any]:
    """Clean one file by its kind; what is loaded depends on it, since starting is most of the cost."""
    if kind == "pdf":
        from documents.cleaning import pdfs

        return pdfs.clean(source, target)
    if kind == "picture":
        from documents.cleaning import pictures

        return pictures.draw_anew(source, target)
    from documents.cleaning import office

    return office.clean(source, target)
