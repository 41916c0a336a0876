"""Fetch the browser's and the PDFs' files from npm packages into the tree: run by hand, results are committed.

    .venv/bin/python bin/refresh_vendor.py

No build step and no CDN. `vendor.json` in each folder records version, licence and npm's sha512, so that a test can
compare and a reader can see. sourceMappingURL comments are cut, since the map files are not served.
"""

import io
import json
import re
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import IO, Any

from fontTools.merge import Merger
from fontTools.ttLib import TTFont

ROOT = Path(__file__).resolve().parent.parent
LATIN = "-latin-wght-normal.woff2", "-latin-ext-wght-normal.woff2"
SOURCE, SCHIBSTED = "source-sans-3", "schibsted-grotesk"

WEB = {
    "bootstrap@5.3.9": ["LICENSE", "dist/css/bootstrap.min.css", "dist/js/bootstrap.bundle.min.js"],
    "htmx.org@2.0.11": ["LICENSE", "dist/htmx.min.js"],
    f"@fontsource-variable/{SCHIBSTED}@5.3.0": ["LICENSE", *(f"files/{SCHIBSTED}{part}" for part in LATIN)],
    f"@fontsource-variable/{SOURCE}@5.3.0": ["LICENSE", *(f"files/{SOURCE}{part}" for part in LATIN)],
}
TESTS = {"axe-core@4.14.1": ["LICENSE", "axe.min.js"]}
# One static TTF per weight, with every letter that a Nordic name needs; Schibsted Grotesk comes in two halves.
PDF = {
    "source-sans@3.52.0": {
        f"SourceSans3-{weight}.ttf": [f"WOFF2/TTF/SourceSans3-{weight}.ttf.woff2"]
        for weight in ("Regular", "It", "Semibold", "Bold")
    },
    f"@fontsource/{SCHIBSTED}@5.3.0": {
        f"SchibstedGrotesk-{name}.ttf": [
            f"files/{SCHIBSTED}-{part}-{weight}-normal.woff2" for part in ("latin", "latin-ext")
        ]
        for name, weight in (("Semibold", 600), ("Bold", 700))
    },
}
MAP = re.compile(rb"\n?(//# sourceMappingURL=\S+|/\*# sourceMappingURL=[^*]+\*/)\s*$")


class Package:
    """An npm package, unpacked in memory."""

    def __init__(self, spec: str) -> None:
        with tempfile.TemporaryDirectory() as scratch:
            command = ["npm", "pack", "--json", "--silent", spec]
            out = subprocess.run(command, cwd=scratch, check=True, capture_output=True)
            answer = json.loads(out.stdout)
            self.info: dict[str, Any] = answer[0] if isinstance(answer, list) else next(iter(answer.values()))
            packed = io.BytesIO(next(Path(scratch).glob("*.tgz")).read_bytes())
            self.tar = tarfile.open(fileobj=packed)  # noqa: SIM115  (held in memory as long as the package is)

    def open(self, name: str) -> IO[bytes]:
        """One file of the package."""
        file = self.tar.extractfile(f"package/{name}")
        if file is None:
            raise FileNotFoundError(name)
        return file

    @property
    def folder(self) -> str:
        """The name without its npm scope."""
        return str(self.info["name"]).rpartition("/")[2]

    def row(self, files: list[str]) -> dict[str, Any]:
        """What the manifest says about it."""
        return {
            "name": self.info["name"],
            "version": self.info["version"],
            "license": json.load(self.open("package.json"))["license"],
            "integrity": self.info["integrity"],
            "files": files,
        }


def copy(packages: dict[str, list[str]], target: Path) -> None:
    """Copy chosen files of each package into a folder of its name."""
    rows = []
    for spec, wanted in packages.items():
        package = Package(spec)
        for name in wanted:
            file = target / package.folder / Path(name).name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(MAP.sub(b"\n", package.open(name).read()))
        rows.append(package.row([f"{package.folder}/{Path(name).name}" for name in wanted]))
    (target / "vendor.json").write_text(json.dumps(rows, indent=1) + "\n")


def fonts(packages: dict[str, dict[str, list[str]]], target: Path) -> None:
    """Unpack web fonts into TTFs for the PDF press."""
    rows = []
    target.mkdir(parents=True, exist_ok=True)
    for spec, wanted in packages.items():
        package = Package(spec)
        for name, parts in wanted.items():
            with tempfile.TemporaryDirectory() as scratch:
                halves = []
                for number, part in enumerate(parts):
                    half = TTFont(package.open(part))
                    half.flavor = None
                    path = Path(scratch) / f"{number}.ttf"
                    half.save(path)
                    halves.append(str(path))
                font = Merger().merge(halves) if len(halves) > 1 else TTFont(halves[0])
                font.save(target / name)
        licence = next(name for name in package.tar.getnames() if Path(name).name.startswith("LICENSE"))
        (target / f"LICENSE-{package.folder}").write_bytes(package.open(licence.removeprefix("package/")).read())
        rows.append(package.row([*wanted, f"LICENSE-{package.folder}"]))
    (target / "vendor.json").write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    copy(WEB, ROOT / "static" / "vendor")
    copy(TESTS, ROOT / "tests" / "vendor")
    fonts(PDF, ROOT / "static" / "pdf" / "fonts")
