"""What is sent to us: too long is refused unread, broken is refused without a fault of ours."""

import pytest
from django.conf import settings
from django.test import Client

from tests.cast import Cast

pytestmark = pytest.mark.django_db
FORM = "multipart/form-data; boundary=x"


class Unread:
    """A body that nobody may read."""

    def read(self, *_size: int) -> bytes:
        raise AssertionError("the body was read")

    readline = read


@pytest.mark.parametrize("length", [settings.BODY_MAX + 1, 2 * 1024**3, 10**30])
def test_what_announces_itself_as_too_long_is_refused_before_it_is_read(client: Client, length: int) -> None:
    answer = client.generic(
        "POST", "/account/login/", b"", FORM, CONTENT_LENGTH=str(length), **{"wsgi.input": Unread()}
    )
    assert answer.status_code == 413
    assert "<h1" in answer.content.decode()


def test_also_for_who_is_signed_in(client: Client, cast: Cast) -> None:
    client.force_login(cast.malin)
    answer = client.generic(
        "POST", "/people/imports/", b"", FORM, CONTENT_LENGTH=str(2 * 1024**3), **{"wsgi.input": Unread()}
    )
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (FORM, b'--x\r\nContent-Disposition: form-data; name="a"; filename="b\r\n'),
        (FORM, b"--y\r\n\r\nz"),
        (FORM, b""),
        ("multipart/form-data", b"--x\r\n"),
        ("multipart/form-data; boundary=" + "x" * 300, b"--x\r\n"),
        (FORM, b'--x\r\nContent-Disposition: form-data; name="a"; filename="\x00../x"\r\n\r\nz\r\n--x--\r\n'),
        (
            FORM,
            b'--x\r\nContent-Disposition: form-data; name="a"\r\nContent-Transfer-Encoding: base64\r\n\r\n!\r\n--x--',
        ),
        (
            FORM,
            b"".join(
                b'--x\r\nContent-Disposition: form-data; name="a%d"; filename="b"\r\n\r\nz\r\n' % n for n in range(150)
            ),
        ),
    ],
)
def test_a_broken_form_is_no_fault_of_ours(client: Client, cast: Cast, kind: str, body: bytes) -> None:
    client.force_login(cast.malin)
    for path in ("/people/imports/", "/account/login/"):
        assert client.generic("POST", path, body, kind).status_code < 500


@pytest.mark.parametrize("length", ["-1", "x", ""])
def test_a_length_that_is_none_is_no_fault_of_ours(client: Client, length: str) -> None:
    answer = client.generic("POST", "/account/login/", b"a=b", FORM, CONTENT_LENGTH=length)
    assert answer.status_code < 500
