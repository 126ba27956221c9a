"""The sample articles that come with the software, from ``data/articles/*.md``.

Each file: TOML between two lines ``+++``, then the body in Markdown, a paragraph a line. They are a
start for a new site: no health professional has checked them, and nothing may say so.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from guides.actions.writing import Words
from guides.models import Topic

DATA = Path(__file__).parent / "data" / "articles"
FENCE = "+++\n"


class SampleError(ValueError):
    """A file is broken. The message names it."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One of them. ``slug`` is the name of its file."""

    slug: str
    topic: Topic
    words: Words


def read_samples(folder: Path = DATA) -> list[Sample]:
    """All samples, by name of file. Raises ``SampleError``."""
    return [_read(path) for path in sorted(folder.glob("*.md"))]


def _read(path: Path) -> Sample:
    try:
        _before, head, body = path.read_text(encoding="utf-8").split(FENCE, 2)
        data = tomllib.loads(head)
        sources = tuple((source["title"], source["url"]) for source in data["source"])
        words = Words(
            title=data["title"],
            summary=data["summary"],
            body=body.strip() + "\n",
            keywords=", ".join(data["keywords"]),
            sources=sources,
        )
        sample = Sample(path.stem, Topic(data["topic"]), words)
    except (KeyError, ValueError) as error:
        raise SampleError(f"{path.name}: {error}") from error
    if not all(url.startswith("https://") for _title, url in sources) or not sources:
        raise SampleError(f"{path.name}: needs sources, with https addresses")
    return sample
