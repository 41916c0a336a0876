"""A client of clamd, the daemon of the virus scanner ClamAV: bytes in, the name of what was found or nothing out.

It speaks the command INSTREAM over TCP or a unix socket: pieces with their lengths before them, a piece of length
nothing at the end, one line as the answer.
"""

import socket
import struct
from pathlib import Path
from urllib.parse import urlsplit

PIECE = 64 * 1024
SECONDS = 30.0


class ScannerDown(Exception):
    """The scanner did not answer, or answered that it could not look; nothing is known about the file."""


def place(address: str) -> str | tuple[str, int]:
    """Where the scanner listens: "tcp://host:3310" or "unix:///run/clamav/clamd.ctl"; ValueError for anything else."""
    parts = urlsplit(address)
    if parts.scheme == "tcp" and parts.hostname:
        return parts.hostname, parts.port or 3310
    if parts.scheme == "unix" and parts.path and not parts.netloc:
        return parts.path
    raise ValueError("a scanner's address is tcp://host:port or unix:///path")


def scan(file: Path, *, address: str, seconds: float = SECONDS) -> str:
    """The name of what the scanner found in a file, empty when it found nothing; ScannerDown when it cannot say."""
    where = place(address)
    try:
        with _connected(where, seconds) as line, file.open("rb") as source:
            line.sendall(b"zINSTREAM\0")
            while piece := source.read(PIECE):
                line.sendall(struct.pack(">I", len(piece)) + piece)
            line.sendall(struct.pack(">I", 0))
            answer = _answer(line)
    except OSError as error:
        raise ScannerDown(type(error).__name__) from error
    if answer.endswith(" OK"):
        return ""
    if answer.endswith(" FOUND"):
        return answer.removesuffix(" FOUND").removeprefix("stream: ")[:200]
    raise ScannerDown(answer[:200])


def _connected(where: str | tuple[str, int], seconds: float) -> socket.socket:
    if isinstance(where, tuple):
        return socket.create_connection(where, timeout=seconds)
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        line.settimeout(seconds)
        line.connect(where)
    except OSError:
        line.close()
        raise
    return line


def _answer(line: socket.socket) -> str:
    """The scanner's one line, which ends with a zero byte or with the connection."""
    said = b""
    while b"\0" not in said and len(said) < 4096 and (piece := line.recv(1024)):
        said += piece
    return said.partition(b"\0")[0].decode("utf-8", "replace").strip()
