"""The pages that people read, as the examples inside them: sessions of Python and of the shell."""

import doctest
import re
from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

REPOSITORY = Path(__file__).parents[2]
EXAMPLES = REPOSITORY / "docs" / "examples"
README = REPOSITORY / "README.md"
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_DIRECTIVE = re.compile(
    r"^\.\. (?:(doctest)::|(?:code-block|code)::[ ]*(\w*))\n((?:\n|[ ]{3}.*\n)+)", re.MULTILINE
)


@frozen
class Block:
    """One example of a page: its language and its text, and the line on which it begins."""

    language: str
    text: str
    line: int


def pages() -> list[Path]:
    """List the README and every page of the documentation."""
    return [README, *sorted((REPOSITORY / "docs").rglob("*.rst"))]


def blocks(text: str, suffix: str) -> Iterator[Block]:
    """Yield the examples of a page in Markdown or reStructuredText."""
    if suffix == ".md":
        for found in _FENCE.finditer(text):
            yield Block(found[1], found[2], text.count("\n", 0, found.start(2)) + 1)
        return
    for found in _DIRECTIVE.finditer(text):
        inner = "".join(line[3:] or "\n" for line in found[3].splitlines(keepends=True))
        body = re.sub(r"\A(:[\w-]+:.*\n)*\n*", "", inner)
        skipped = inner.count("\n") - body.count("\n")
        line = text.count("\n", 0, found.start(3)) + 1 + skipped
        yield Block(found[1] or found[2], body.rstrip("\n") + "\n", line)


def session(text: str, suffix: str, name: str) -> doctest.DocTest:
    """Join the Python examples of a page into one session, each at its own line."""
    lines = [""] * (text.count("\n") + 1)
    for block in blocks(text, suffix):
        if block.language in {"pycon", "doctest"}:
            for offset, line in enumerate(block.text.rstrip("\n").split("\n")):
                lines[block.line - 1 + offset] = line
    joined = "\n".join(lines) + "\n"
    return doctest.DocTestParser().get_doctest(joined, {}, name, name, 0)


def commands(text: str, suffix: str) -> Iterator[tuple[str, str]]:
    """Yield every call of the `custinsights` command in a page, with the output shown below it."""
    for block in blocks(text, suffix):
        if block.language == "console":
            for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
                command, _, output = re.sub(r"\\\n\s*", "", part).partition("\n")
                if command.startswith("custinsights "):
                    yield command, output
