"""A scanner for tests that speaks clamd's protocol on a real socket and knows one virus: EICAR's test file."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.documents.hostile import EICAR


def _read(line: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size and (piece := line.recv(size - len(data))):
        data += piece
    return data


def _serve(server: socket.socket, seen: list[int], says: bytes) -> None:
    while True:
        try:
            line, _who = server.accept()
        except OSError:
            return
        with line:
            line.settimeout(5)
            assert _read(line, 10) == b"zINSTREAM\0"
            data = b""
            while size := struct.unpack(">I", _read(line, 4))[0]:
                data += _read(line, size)
            seen.append(len(data))
            found = b"stream: Eicar-Signature FOUND\0" if EICAR in data else b"stream: OK\0"
            line.sendall(says or found)


@contextmanager
def scanner(folder: Path | None = None, *, says: bytes = b"") -> Iterator[tuple[str, list[int]]]:
    """A scanner on TCP, or on a unix socket in a folder: its address, and the sizes that it was sent."""
    if folder:
        server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        server.bind(str(folder / "clamd.ctl"))
        address = f"unix://{folder / 'clamd.ctl'}"
    else:
        server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        server.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
    server.listen(5)
    seen: list[int] = []
    thread = threading.Thread(target=_serve, args=(server, seen, says), daemon=True)
    thread.start()
    try:
        yield address, seen
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join(5)
