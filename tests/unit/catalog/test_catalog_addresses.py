"""Where a mail address, a URL and a path end, to the character."""

import pytest

from broker.catalog.addresses import is_email_at, is_path_under, is_url_in
from broker.model.constraint import EmailAt, PathUnder, UrlIn

LONG = ".".join(["d" * 63, "d" * 63, "d" * 62])  # 190 characters


def web(**limits):
    return UrlIn(**{"schemes": ("https",), "hosts": None, "ports": None, "paths": None, **limits})


@pytest.mark.requirement("addresses")
@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("ann@example.com", True),
        ("@example.com", False),
        ("ann", False),
        ("a" * 64 + "@example.com", True),
        ("a" * 65 + "@example.com", False),
        ("a" * 63 + "@" + LONG, True),
        ("a" * 64 + "@" + LONG, False),
        ("ann@localhost", False),
        ("ann@EXAMPLE.com", False),
        ("ann@-a.com", False),
        ("ann@.example.com", False),
        ("ann@example.com.", False),
        ("ann@exam_ple.com", False),
        ("ann.@example.com", False),
    ],
)
def test_a_mail_address_is_one_to_the_last_character(text, inside):
    assert is_email_at(EmailAt(()), text) is inside


@pytest.mark.requirement("addresses")
@pytest.mark.parametrize(
    ("limits", "text", "inside"),
    [
        ({}, "https://a.example", True),
        ({}, "https://a..example/", False),
        ({}, "https://-a.example/", False),
        ({}, "https://a.example./", False),
        ({"ports": (8443,)}, "https://a.example:8443/", True),
        ({"ports": (8443,)}, "https://a.example/", False),
        ({"ports": (443,)}, "https://a.example/", True),
        ({"ports": (443,)}, "https://a.example:8443/", False),
        ({"paths": ("/a/*",)}, "https://a.example/a/b", True),
        ({"paths": ("/a/*",)}, "https://a.example/b", False),
        ({"paths": ("/a/*",)}, "https://a.example", False),
        ({}, "https://a.example/%2e", False),
        ({}, "https://a.example/%252e", False),
        ({}, "https://a.example/a%2fb", False),
        ({}, "https://a.example/a%2Fb", False),
        ({}, "https://a.example/a%5Cb", False),
        ({}, "https://a.example/a%00", False),
        ({}, "https://a.example/a%zz", False),
        ({}, "https://a.example/a%20b", True),
        ({}, "https://a.example/" + "a" * 8174, True),
        ({}, "https://a.example/" + "a" * 8175, False),
    ],
)
def test_a_url_is_inside_to_the_last_character(limits, text, inside):
    assert is_url_in(web(**limits), text) is inside


@pytest.mark.requirement("addresses")
@pytest.mark.parametrize(
    ("text", "inside"),
    [("a" * 8192, True), ("a" * 8193, False), ("a\x1f", False), ("a\x7f", False), ("a/", False), (".", False)],
    ids=range(6),
)
def test_a_path_is_inside_to_the_last_character(text, inside):
    assert is_path_under(PathUnder("."), text) is inside
