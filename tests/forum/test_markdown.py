"""Markdown becomes safe HTML: only listed tags, only checked links, never slow, never an error."""

from __future__ import annotations

import time
from html.parser import HTMLParser

import nh3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forum.markdown import (
    ALLOWED_ATTRIBUTES,
    ALLOWED_TAGS,
    DIRECTED_TAGS,
    LINK_REL,
    plain,
    render,
    safe_url,
)

XSS = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<iframe src='javascript:alert(1)'></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<object data='javascript:alert(1)'>",
    "<embed src='data:text/html,<script>alert(1)</script>'>",
    "<body onload=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    '<a href="http://x.example" onclick=alert(1)>x</a>',
    "<style>body{background:url(javascript:alert(1))}</style>",
    "<link rel=stylesheet href=//evil.example>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<base href='javascript:/a/-alert(1)///////'>",
    "<form action='javascript:alert(1)'><button>x</button></form>",
    "<input autofocus onfocus=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)></video>",
    "<audio src=x onerror=alert(1)>",
    "<marquee onstart=alert(1)>",
    "<template><script>alert(1)</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<textarea><img src=x onerror=alert(1)></textarea>",
    "<title><img src=x onerror=alert(1)></title>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<?xml version='1.0'?><script>alert(1)</script>",
    "<<script>script>alert(1)<</script>/script>",
    "<scr\x00ipt>alert(1)</scr\x00ipt>",
    "<p id=cookie class=card style='position:fixed'>x</p>",
    "<div hx-get='/admin' hx-trigger=load>x</div>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](javascript:123)",
    "[x](javascript&colon;alert(1))",
    "[x](java&#10;script:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](&#x6A&#x61&#x76&#x61script:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x]( \x01javascript:alert(1))",
    "[x](<javascript:alert(1)>)",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](data:image/svg+xml,<svg onload=alert(1)>)",
    "[x](file:///etc/passwd)",
    "[x](mailto:someone@example.org)",
    "[x](tel:+441632960961)",
    "[x](//evil.example/path)",
    "[x](/accounts/logout/)",
    "[x](https://nhs.uk@evil.example/)",
    "[x](https:evil.example)",
    "[x](http://)",
    "[x](https://a.example\\@b.example)",
    "[x][y]\n\n[y]: javascript:alert(1)",
    "[x][y]\n\n[y]: <javascript:123>",
    "<javascript:alert(1)>",
    "<javascript:123>",
    "![x](javascript:alert(1))",
    "![x](https://evil.example/pixel.gif)",
    '![x" onerror="alert(1)](https://evil.example/p.png)',
    "[x](https://a.example \"title' onmouseover='alert(1)\")",
    '[x](https://a.example/" onmouseover="alert(1))',
    "[<img src=x onerror=alert(1)>](https://a.example)",
    "`<script>alert(1)</script>`",
    '```html" onmouseover="alert(1)\n<script>alert(1)</script>\n```',
    "    <script>alert(1)</script>",
    "# <svg onload=alert(1)>",
    "> <script>alert(1)</script>",
    "- <img src=x onerror=alert(1)>",
    "| a |\n|---|\n| <img src=x onerror=alert(1)> |",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "**<b onmouseover=alert(1)>x</b>**",
    "https://a.example/<script>alert(1)</script>",
    'https://a.example/"onmouseover=alert(1)//',
    "javascript:alert(1)//https://a.example",
]

N = 18_000
PATHOLOGICAL = {
    "open brackets": "[" * N,
    "closed brackets": "]" * N,
    "nested brackets": "[" * (N // 2) + "]" * (N // 2),
    "empty links": "[](" * (N // 3),
    "links in links": "[a](http://a.b " * (N // 15),
    "open parens": "(" * N,
    "www parens": "www." + "(" * N,
    "http parens": "http://a.b/" + "(" * N,
    "closed parens": "http://a.b/" + ")" * N,
    "quotes": ">" * N,
    "quotes with spaces": "> " * (N // 2),
    "quote lines": ">a\n" * (N // 3),
    "deep list": "".join("  " * i + "- a\n" for i in range(130)),
    "list markers": "- " * (N // 2),
    "numbered markers": "1. " * (N // 3),
    "mixed markers": "> - " * (N // 4),
    "backticks": "`" * N,
    "backtick runs": "".join("`" * i + " " for i in range(1, 190)),
    "backtick pairs": "`a" * (N // 2),
    "stars": "*" * N,
    "star words": "*a " * (N // 3),
    "closing stars": "a* " * (N // 3),
    "mixed emphasis": "*a _b " * (N // 6),
    "nested emphasis": "*a **b " * (N // 7) + "c** d*" * 500,
    "underscores": "_" * N,
    "tildes": "~" * N,
    "strikes": "~~a " * (N // 4),
    "bangs": "![" * (N // 2),
    "images": "![a](" * (N // 5),
    "angles": "<" * N,
    "tags": "<a " * (N // 3),
    "comments": "<!--" * (N // 4),
    "autolinks": "<http:" * (N // 6),
    "declarations": "<!A " * (N // 4),
    "processing": "<?" * (N // 2),
    "entities": "&" * N,
    "entity names": "&a" * (N // 2),
    "number entities": "&#" * (N // 2),
    "backslashes": "\\" * N,
    "hashes": "#" * N,
    "headings": "# a\n" * (N // 4),
    "setext": "a\n=\n" * (N // 4),
    "rules": "---\n" * (N // 4),
    "pipes": "|" * N,
    "table columns": "|a" * 4000 + "\n" + "|-" * 4000 + "\n",
    "table rows": "|a|b|\n|-|-|\n" + "|a|b|\n" * (N // 6),
    "wide table": "|" * 200 + "\n" + "|-" * 200 + "|\n" + "|a\n" * 3000,
    "references": "".join(f"[{i}]: http://a.b\n" for i in range(900)) + "[1] " * 2000,
    "same reference": "[a]: http://a.b\n" * (N // 16),
    "colons": ":" * N,
    "schemes": "http://" * (N // 7),
    "www": "www." * (N // 4),
    "dots": "a." * (N // 2),
    "hosts": "a.com " * (N // 6),
    "ats": "a@" * (N // 2),
    "mails": "a@b.com " * (N // 8),
    "slashes": "http:" + "/" * N,
    "dashes": "http://" + "a-" * (N // 2),
    "queries": "http://a.b?" * (N // 11),
    "shorter queries": ("http://a.b?" * 180 + " ") * 9,
    "spaces": " " * N,
    "newlines": "\n" * N,
    "tabs": "\t" * N,
    "space lines": " \n" * (N // 2),
    "breaks": "a  \n" * (N // 4),
    "fences": "```\n" * (N // 4),
    "open fence": "```" + "a" * N,
    "one word": "a" * N,
    "combining": "a\u0301" * (N // 2),
    "emoji": "\U0001f469\u200d\U0001f680" * (N // 3),
    "nul": "\x00" * N,
    "quotes typographic": "\"'" * (N // 2),
    "right to left": "\u0627\u0644 " * (N // 3),
}


class Reader(HTMLParser):
    """Collects the tags, attributes and text of a piece of HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.sequence: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.sequence.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self.sequence.append("/" + tag)

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def handle_comment(self, data: str) -> None:
        self.sequence.append("comment")


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader


def assert_safe(html: str) -> None:
    for tag, attributes in read(html).tags:
        assert tag in ALLOWED_TAGS, html
        for name, value in attributes.items():
            if name == "dir":
                assert tag in DIRECTED_TAGS, html
                assert value == "auto", html
            else:
                assert name in ALLOWED_ATTRIBUTES.get(tag, ()), html
        if "href" in attributes:
            assert safe_url(attributes["href"] or ""), html
            assert attributes["rel"] == LINK_REL, html


def by_nh3(html: str) -> str:
    attributes = {tag: set(names) for tag, names in ALLOWED_ATTRIBUTES.items()}
    for tag in DIRECTED_TAGS:
        attributes.setdefault(tag, set()).add("dir")
    return nh3.clean(
        html,
        tags=set(ALLOWED_TAGS),
        attributes=attributes,
        url_schemes={"http", "https"},
        link_rel=None,
    )


@pytest.mark.parametrize("payload", XSS)
def test_no_payload_gets_anything_but_listed_tags_and_links_through(payload: str) -> None:
    for text in (payload, f"before {payload} after", f"> {payload}", f"*{payload}*"):
        html = render(text)
        assert_safe(html)
        assert read(by_nh3(html)).tags == read(html).tags


@pytest.mark.parametrize("name", PATHOLOGICAL)
def test_no_text_of_this_length_takes_long_to_render(name: str) -> None:
    text = PATHOLOGICAL[name]
    started = time.thread_time()
    html = render(text)
    plain(text)
    assert time.thread_time() - started < 15.0
    assert_safe(html)


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.text(max_size=300),
        st.text(alphabet="<>[]()*_`~#|-+!&;:/\\\"'= \n\tajx1.", max_size=200),
        st.lists(st.sampled_from([*XSS, "\n", "> ", "- ", "**", "`", "](", "| a |\n|---|\n"])).map(
            "".join
        ),
    )
)
def test_any_text_renders_to_what_a_second_sanitiser_leaves_alone(text: str) -> None:
    html = render(text)
    assert_safe(html)
    assert read(by_nh3(html)).sequence == read(html).sequence
    assert "\n" not in plain(text)


def test_ordinary_markup_becomes_ordinary_html() -> None:
    html = render("Hi **all**, *really*\nsecond line\n\n- one\n- two\n\n3. three\n\n> quoted")
    assert "<strong>all</strong>" in html
    assert "<em>really</em><br>" in html
    assert '<ul dir="auto">' in html
    assert '<ol start="3" dir="auto">' in html
    assert '<blockquote dir="auto">' in html


def test_a_table_keeps_its_cells_without_styles() -> None:
    html = render("| food | carbs |\n|:--|--:|\n| pasta | 55 |")
    assert "<td>55</td>" in html
    assert "style" not in html


def test_headings_become_bold_lines() -> None:
    html = render("# Big\n\n###### Small")
    assert html.count("<strong>") == 2
    assert "<h" not in html


def test_web_addresses_become_links_that_search_engines_do_not_follow() -> None:
    html = render("see https://www.nhs.uk/conditions or diabetes.org.uk")
    links = [attributes for tag, attributes in read(html).tags if tag == "a"]
    assert [link["href"] for link in links] == [
        "https://www.nhs.uk/conditions",
        "http://diabetes.org.uk",
    ]
    assert {link["rel"] for link in links} == {LINK_REL}


def test_e_mail_addresses_do_not_become_links() -> None:
    assert "<a" not in render("write to sam@example.org or <sam@example.org>")


def test_images_are_never_loaded_but_their_description_stays() -> None:
    assert render("![my cat](https://a.example/cat.png)") == '<p dir="auto">my cat</p>\n'


def test_links_that_are_refused_stay_readable_as_text() -> None:
    assert "javascript:123" in "".join(read(render("[x](javascript:123)")).text)
    assert "<a" not in render("[x](javascript:123)")


def test_glucose_values_and_times_are_left_as_written() -> None:
    assert (
        render("5.6 at 07:30, 12.4 at 12:15") == '<p dir="auto">5.6 at 07:30, 12.4 at 12:15</p>\n'
    )


def test_a_word_longer_than_any_link_may_be_is_not_linked() -> None:
    html = render("https://a.example/" + "a" * 3000 + " and https://b.example")
    assert "<a" not in html
    assert "https://b.example" in html


def test_text_nested_too_deeply_is_shown_flat_with_every_word() -> None:
    html = render("> " * 60 + "still here\n\nand this")
    text = "".join(read(html).text)
    assert "still here" in text
    assert "and this" in text
    assert "<blockquote" not in html


def test_right_to_left_text_keeps_its_characters_and_finds_its_direction() -> None:
    assert render("مرحبا بالعالم") == '<p dir="auto">مرحبا بالعالم</p>\n'


def test_a_lone_surrogate_does_not_break_rendering() -> None:
    assert render("a\ud800b") == '<p dir="auto">a?b</p>\n'


@pytest.mark.parametrize(
    "text, expected",
    [
        ("# Title\n\n**bold** and [a link](https://a.example)", "Title bold and a link"),
        ("- one\n- two", "one two"),
        ("`x < y` & z", "x < y & z"),
        ("![cat](https://a.example/c.png) here", "cat here"),
        ("```\ncode\n```\nafter", "code after"),
        ("| a | b |\n|---|---|\n| c | d |", "a b c d"),
        ("line\nbreak", "line break"),
        ("<b>raw</b>", "<b>raw</b>"),
        ("", ""),
    ],
)
def test_plain_text_has_no_markup(text: str, expected: str) -> None:
    assert plain(text) == expected


@pytest.mark.parametrize(
    "url",
    [
        "javascript:123",
        "JAVASCRIPT:alert(1)",
        "http://",
        "https:///path",
        "//host",
        "/path",
        "mailto:a@b.example",
        "https://user@host.example",
        "https://[::1",
        "https://a.example/ b",
        "https://a.example\\b",
        "https://a.example/" + "a" * 2000,
    ],
)
def test_only_plain_web_addresses_are_safe_links(url: str) -> None:
    assert not safe_url(url)
    assert safe_url("https://www.nhs.uk/conditions/type-1-diabetes/?a=b#c")
