"""Pictures drawn anew from their points, and what a camera hides in a JPEG or PNG taken out without drawing."""

import struct
import warnings
from pathlib import Path
from typing import Any

from documents.cleaning import Unfit

FORMATS = ("PNG", "JPEG", "WEBP")
PIXELS = 60_000_000
SIDE = 4_000
QUALITY = 88


def draw_anew(source: Path, target: Path) -> dict[str, Any]:
    """The first picture of a file, drawn anew at most `SIDE` a side; place, camera and author are gone with the rest.

    The size in its header is asked before anything is unpacked.
    """
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = None  # our own limit is asked below, before a point is read
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(source, formats=FORMATS) as opened:
                if opened.width * opened.height > PIXELS:
                    raise Unfit("pixels", limit=PIXELS // 1_000_000)
                kind = opened.format
                opened.draft("RGB", (SIDE, SIDE))
                opened.load()
                picture = ImageOps.exif_transpose(_plain(opened))
    except Unfit:
        raise
    except Exception as error:  # whatever a damaged picture raises in its decoder
        raise Unfit("picture_damaged") from error
    picture.thumbnail((SIDE, SIDE))
    # A fresh picture of the points alone: what else was read, comments and all, stays with the old one.
    fresh = Image.new(picture.mode, picture.size)
    fresh.paste(picture)
    if kind == "PNG" or fresh.mode in ("RGBA", "LA"):
        fresh.save(target, "PNG")
        return {"kind": "png"}
    fresh.save(target, "JPEG", quality=QUALITY, optimize=True)
    return {"kind": "jpeg"}


def _plain(opened: Any) -> Any:
    """The picture in plain colours: profiles and palettes are worked into the points."""
    import io

    from PIL import ImageCms

    exif = opened.getexif()
    profile = opened.info.get("icc_profile")
    picture = opened
    if profile and opened.mode in ("RGB", "CMYK"):
        try:
            known = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            picture = ImageCms.profileToProfile(opened, known, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):  # a broken profile is as good as none
            picture = opened
    clear = picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
    picture = picture.convert("RGBA" if clear else "L" if picture.mode in ("1", "L") else "RGB")
    picture.info["exif"] = exif.tobytes()  # says which side is up; read by the caller and left behind
    return picture


def without_hidden_facts(data: bytes) -> bytes:
    """A JPEG or PNG without place, camera, author and comments; its points are not touched, others come back as is."""
    if data.startswith(b"\xff\xd8\xff"):
        return _plain_jpeg(data)
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return _plain_png(data)
    return data


def _plain_jpeg(data: bytes) -> bytes:
    """Every segment but those that drawing needs: APP0 (JFIF), APP2 (colours) and APP14 (Adobe's colours) stay."""
    kept, place = [data[:2]], 2
    while place + 4 <= len(data) and data[place] == 0xFF:
        mark = data[place + 1]
        if mark == 0xFF:  # a fill byte
            place += 1
            continue
        length = struct.unpack(">H", data[place + 2 : place + 4])[0]
        if mark == 0xDA or length < 2:  # the points begin
            break
        hidden = (0xE1 <= mark <= 0xEF and mark not in (0xE2, 0xEE)) or mark == 0xFE
        turned = mark == 0xE1 and data[place + 4 : place + 10] == b"Exif\0\0"
        if turned and (side := _orientation(data[place + 10 : place + 2 + length])):
            kept.append(_only_orientation(side))
        if not hidden:
            kept.append(data[place : place + 2 + length])
        place += 2 + length
    return b"".join(kept) + data[place:]


def _orientation(tiff: bytes) -> int:
    """Which side of a picture is up (2 to 8), by its EXIF; 0 when nothing says so."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    try:
        if order is None:
            return 0
        start = struct.unpack_from(f"{order}I", tiff, 4)[0]
        for number in range(min(struct.unpack_from(f"{order}H", tiff, start)[0], 100)):
            tag, _kind, _count, value = struct.unpack_from(f"{order}HHIH", tiff, start + 2 + 12 * number)
            if tag == 0x0112:
                return value if 2 <= value <= 8 else 0
    except struct.error:
        return 0
    return 0


def _only_orientation(side: int) -> bytes:
    """An EXIF segment that says which side is up and nothing else."""
    tiff = b"MM\0*\0\0\0\x08" + struct.pack(">HHHIHHI", 1, 0x0112, 3, 1, side, 0, 0)
    return b"\xff\xe1" + struct.pack(">H", len(tiff) + 8) + b"Exif\0\0" + tiff


def _plain_png(data: bytes) -> bytes:
    """Every chunk but texts, EXIF and times; what follows the end is dropped."""
    kept, place = [data[:8]], 8
    while place + 12 <= len(data):
        length, kind = struct.unpack(">I4s", data[place : place + 8])
        end = place + 12 + length
        if kind not in (b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME"):
            kept.append(data[place:end])
        place = end
        if kind == b"IEND":
            break
    return b"".join(kept)
