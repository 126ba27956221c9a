"""Walks the site like a nosy person: asks for every address, and follows every link."""

import re
from collections import deque
from collections.abc import Iterable, Iterator
from html import unescape
from urllib.parse import urljoin, urlsplit

import pytest
from django.http import HttpResponse
from django.test import Client

# For walks as one more person: they take long, and one database is enough for them. `make walks`.
LONG_WALK = (pytest.mark.slow, pytest.mark.one_database, pytest.mark.walk)
# For walks that every run takes, but on one database.
SHORT_WALK = (pytest.mark.one_database,)
LINK = re.compile(rb'href="([^"]+)"')
# Files, and the ways out.
NOT_FOLLOWED = ("/static/", "/leave-now/", "/account/logout/")


def crawl(
    client: Client, addresses: Iterable[str], *, most_links: int = 200
) -> Iterator[tuple[str, HttpResponse]]:
    """Every address and its answer; then those that answers lead to, ``most_links`` of them."""
    asked = set()
    found: deque[str] = deque()
    for address in addresses:
        if address not in asked:
            asked.add(address)
            response = client.get(address)
            found.extend(links_in(address, response))
            yield address, response
    followed = 0
    while found and followed < most_links:
        address = found.popleft()
        if address in asked:
            continue
        asked.add(address)
        followed += 1
        response = client.get(address)
        found.extend(links_in(address, response))
        yield address, response


def links_in(address: str, response: HttpResponse) -> Iterator[str]:
    """Addresses of this site in an answer's links and redirect."""
    links = [unescape(link.decode()) for link in LINK.findall(body_of(response))]
    if "Location" in response:
        links.append(response["Location"])
    for link in links:
        parts = urlsplit(urljoin(address, link))
        if parts.scheme or parts.netloc or parts.path.startswith(NOT_FOLLOWED):
            continue
        yield parts.path + (f"?{parts.query}" if parts.query else "")


def body_of(response: HttpResponse) -> bytes:
    """The whole body, streamed or not."""
    if response.streaming:
        return b"".join(response.streaming_content)  # type: ignore[attr-defined]
    return response.content


def everything_in(response: HttpResponse) -> str:
    """Status line, headers, cookies and body of an answer as one text."""
    headers = "\n".join(f"{name}: {value}" for name, value in response.items())
    cookies = response.cookies.output()
    body = body_of(response).decode(errors="replace")
    return "\n".join([str(response.status_code), headers, cookies, body])
