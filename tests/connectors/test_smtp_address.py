"""What an operator may write as JALON_SMTP_URL."""

import pytest

from jalon.connectors.mail.smtp import Server, server_of


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.test", Server("smtp", "mail.test", 25, "", "")),
        ("smtps://u:p%40ss@mail.test", Server("smtps", "mail.test", 465, "u", "p@ss")),
        ("smtp+starttls://u:p@mail.test:2587", Server("smtp+starttls", "mail.test", 2587, "u", "p")),
        ("starttls://mail.test", Server("starttls", "mail.test", 587, "", "")),
    ],
)
def test_understood(url, server):
    assert server_of(url) == server


@pytest.mark.parametrize("url", ["mail.test", "http://mail.test", "smtp://", "mail.test:25"])
def test_refused(url):
    with pytest.raises(ValueError, match="JALON_SMTP_URL must begin with"):
        server_of(url)
