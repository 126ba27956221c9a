"""How hard a text is to read: Flesch-Kincaid grade and the longest sentence.

The targets are those of docs: grade 6 or less and 20 words or fewer in a sentence, for every text
of 100 words or more. Flesch-Kincaid grade (Kincaid et al., 1975):

    0.39 x words / sentences + 11.8 x syllables / words - 15.59

Pyphen's patterns say where a word may be *broken*, so they miss syllables of one letter ("o-pen").
We also count groups of vowels, and take the larger of the two: the result errs on the hard side.
"""

import re
from dataclasses import dataclass
from html.parser import HTMLParser

import pyphen

MAX_GRADE = 6.0
MAX_WORDS_IN_SENTENCE = 20
LONG_TEXT_WORDS = 100

# Names nobody can write in an easier way. Each counts as one word of one syllable.
PROPER_NAMES = (
    "Islet",
    "Samaritans",
    "Childline",
    "Diabetes UK",
    "United Kingdom",
    "United States",
    "New Zealand",
    "Netherlands",
    "Australia",
    "Germany",
    "Canada",
)

_NAMES = re.compile("|".join(rf"\b{re.escape(name)}\b" for name in PROPER_NAMES))
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"'”’)]*\s+")
_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*")
_VOWELS = re.compile(r"[aeiouy]+")
# Two vowels that are spoken apart: diagnose, period, being, going.
_APART = re.compile(r"ia(?!l)|io(?!n|us)|[eoyu]ing")
# The rules below get these wrong, and we use them often.
_KNOWN = {"diabetes": 4, "everybody": 4, "sometimes": 2, "everyone": 3, "idea": 3}
_HYPHENS = pyphen.Pyphen(lang="en_GB")

# Tags that end a sentence, as a reader sees them.
_BLOCKS = frozenset(
    [
        "p",
        "li",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "dt",
        "dd",
        "div",
        "section",
        "article",
        "header",
        "footer",
        "summary",
        "figcaption",
        "blockquote",
        "td",
        "th",
        "tr",
        "label",
        "legend",
        "button",
        "br",
        "main",
    ]
)
# Not running text: controls, menus, code, and where a text comes from (names of sources).
_SKIPPED = frozenset(["script", "style", "svg", "template", "select", "nav", "cite", "head"])


@dataclass(frozen=True)
class Reading:
    """What was measured in one text."""

    words: int
    sentences: int
    grade: float
    longest: str

    @property
    def longest_words(self) -> int:
        """Words in the longest sentence."""
        return len(words_of(self.longest))


def words_of(sentence: str) -> list[str]:
    """The words of a sentence; numbers and signs are no words, a proper name is one."""
    return _WORD.findall(_NAMES.sub("Name", sentence))


def syllables(word: str) -> int:
    """Syllables of one English word, at least 1."""
    letters = re.sub(r"[^a-z]", "", word.lower())
    if letters in _KNOWN:
        return _KNOWN[letters]
    groups = len(_VOWELS.findall(letters)) + len(_APART.findall(letters))
    if re.search(r"[^aeiouyl]e$|[aeiouy]le$", letters):
        groups -= 1  # make, while
    elif re.search(r"[^aeiouytd]ed$", letters):
        groups -= 1  # asked, but not wanted
    elif re.search(r"[^aeiouysxzcg]es$", letters) and not re.search(r"[sc]hes$", letters):
        groups -= 1  # likes, but not passes or wishes
    broken = len(_HYPHENS.inserted(letters).split("-"))
    return max(1, groups, broken)


def sentences_of(text: str) -> list[str]:
    """Split at full stops and at line ends, without empty pieces."""
    return [
        piece.strip()
        for line in text.splitlines()
        for piece in _SENTENCE_END.split(line)
        if words_of(piece)
    ]


def measure(text: str) -> Reading:
    """Measure one text.

    Raises:
        ValueError: if there is not one word in it.
    """
    sentences = sentences_of(text)
    words = [word for sentence in sentences for word in words_of(sentence)]
    if not words:
        raise ValueError("no words to measure")
    grade = (
        0.39 * len(words) / len(sentences) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59
    )
    longest = max(sentences, key=lambda sentence: len(words_of(sentence)))
    return Reading(len(words), len(sentences), round(grade, 2), longest)


def main_text(html: str) -> str:
    """The readable text inside <main>, one block a line.

    Raises:
        ValueError: if the page has no <main>.
    """
    reader = _MainText()
    reader.feed(html)
    if not reader.seen:
        raise ValueError("the page has no <main>")
    lines = (" ".join(line.split()) for line in "".join(reader.pieces).split("\n"))
    return "\n".join(line for line in lines if line)


class _MainText(HTMLParser):
    """Collects the text inside <main>; a block tag becomes a line end."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self.seen = False
        self._inside = 0
        self._skipping = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "main":
            self.seen = True
            self._inside += 1
        elif tag in _SKIPPED:
            self._skipping += 1
        if tag in _BLOCKS:
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "main":
            self._inside -= 1
        elif tag in _SKIPPED:
            self._skipping -= 1
        if tag in _BLOCKS:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if self._inside and not self._skipping:
            # Line ends of the source are spaces; only block tags end a line.
            self.pieces.append(data.replace("\n", " "))
