"""The documentation's reStructuredText as units: the sentences, examples and names it consists of.

This is no reStructuredText parser: it knows the constructs that the pages on multiprocessing use,
and errs on the side of one unit too many, which coverage then shows as open.  Three decisions are
worth knowing:

* An example is one unit together with the half sentence that introduces it ("For example ::"),
  which says nothing alone.
* Headings of paragraphs ("Picklability", "**Queues**") are no units: they state nothing.
* The text of a unit is the source text, markup included, with whitespace made single spaces; the
  digest is taken of that.  So it does not depend on any renderer.
"""

from __future__ import annotations

import hashlib
import re
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

KINDS = ("sentence", "example", "signature", "version")

_OBJECTS = ("class", "function", "method", "attribute", "exception", "data")
_BODIES = ("note", "warning", "seealso", "deprecated")
_VERSIONS = {"versionadded": "Added in version", "versionchanged": "Changed in version"}

_DIRECTIVE = re.compile(r"\.\. ([a-z]+)::(?: +(.*))?\Z")
_OPTION = re.compile(r":([a-z]+):(?: +(.*))?\Z")
_ITEM = re.compile(r"(?:[*-]|\(\d+\)|\d+\.) +")
_UNDERLINE = re.compile(r"([=\-~>^])\1{3,}\Z")
_TABLE_BORDER = re.compile(r"=+(?: +=+)+\Z")
_MARKUP = re.compile(r"``.*?``|:[a-z:]+:`[^`]*`|`[^`]*`_?")
_ABBREVIATIONS = ("e.g.", "i.e.", "etc.", "vs.", "cf.")
# An end of a sentence: the stop, what closes with it, and a start that is not lower case.
_SENTENCE_END = re.compile(r"[.!?][)\"'*]*(?= +[^a-z\s])")


@dataclass(frozen=True)
class Unit:
    """One thing that the documentation says, and where."""

    section: str
    anchor: str
    kind: str
    text: str

    @property
    def digest(self) -> str:
        return digest(self.text)


def digest(text: str) -> str:
    """The first 8 hex digits of the SHA-256 of the whitespace-normalised text."""
    return hashlib.sha256(_normal(text).encode()).hexdigest()[:8]


def read_units(source: str) -> list[Unit]:
    """All units of a page in order; a text that is repeated under one anchor is one unit."""
    lines = [line.rstrip() for line in source.expandtabs().splitlines()]
    units = _Page().read(lines)
    return list({(unit.anchor, unit.kind, unit.digest): unit for unit in units}.values())


def split_sentences(paragraph: str) -> list[str]:
    """The sentences of a paragraph.

    A full stop does not end a sentence if it belongs to code, to markup or to an abbreviation.
    """
    text = _normal(paragraph)
    # Markup is replaced by letters of the same length: its full stops are gone, and positions stay
    # right. Its first character stays, as it tells whether a sentence may start here.
    masked = _MARKUP.sub(lambda m: m[0][0] + "x" * (len(m[0]) - 2) + "`", text)
    sentences, start = [], 0
    for end in _SENTENCE_END.finditer(masked):
        if masked[: end.end()].endswith(_ABBREVIATIONS):
            continue
        sentences.append(text[start : end.end()].strip())
        start = end.end()
    return [*sentences, text[start:].strip()] if text[start:].strip() else sentences


def plain_title(title: str) -> str:
    """A title without its roles, emphasis and subtitle: "The Process class"."""
    without_roles = re.sub(r":[a-z:]+:`~?([^`]*)`", r"\1", title)
    return without_roles.replace("*", "").partition(" --- ")[0].strip()


def slug(title: str) -> str:
    """The anchor of a section: "contexts-and-start-methods"."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


class _Page:
    """Reads one page, and remembers what the next blocks depend on."""

    def __init__(self) -> None:
        self.section = ""
        self.module = ""
        self._caption = ""  # the half sentence that waits for its example

    def read(self, lines: list[str], anchor: str = "", version: str = "") -> Iterator[Unit]:
        """The units of a block.

        `anchor` is the object that the block describes, "" if it describes none.  `version` is the
        opening of a version note, if the block is the body of one.
        """
        at = 0
        while at < len(lines):
            line = lines[at]
            directive = _DIRECTIVE.match(line)
            if not line.strip():
                at += 1
            elif line.startswith(" "):
                end = _block_end(lines, at, indented=True)
                yield from self.read(_dedented(lines[at:end]), anchor, version)
                at = end
            elif line.startswith(".."):
                end = _block_end(lines, at + 1, indented=True)
                body = _dedented(lines[at + 1 : end])
                if directive:
                    argument = directive[2] or ""
                    yield from self._directive(directive[1], argument, body, anchor)
                at = end
            elif _TABLE_BORDER.match(line):
                end = max(n for n, text in enumerate(lines) if _TABLE_BORDER.match(text)) + 1
                yield self._example(lines[at:end], anchor)
                at = end
            elif _UNDERLINE.match(line):
                at += 1  # a line across the page
            elif at + 1 < len(lines) and _UNDERLINE.match(lines[at + 1]):
                self.section = plain_title(line)
                at += 2
            elif line.startswith(">>>"):
                end = _doctest_end(lines, at)
                yield self._example(lines[at:end], anchor)
                at = end
            elif item := _ITEM.match(line):
                end = _block_end(lines, at + 1, indented=True)
                first = " " * item.end() + line[item.end() :]
                yield from self.read(_dedented([first, *lines[at + 1 : end]]), anchor, version)
                at = end
            else:
                end = _block_end(lines, at, indented=False)
                yield from self._paragraph(lines[at:end], lines[end:], anchor, version)
                if lines[end - 1].endswith("::") and _first_text(lines[end:]).startswith(" "):
                    start, end = end, _block_end(lines, end, indented=True)
                    yield self._example(lines[start:end], anchor)
                version = ""  # its opening belongs to the first sentence only
                at = end

    def _paragraph(
        self, lines: list[str], following: list[str], anchor: str, version: str
    ) -> Iterator[Unit]:
        text = " ".join(lines)
        if _is_heading(lines, following):
            return
        sentences = split_sentences(text)
        if _introduces_example(text, following):
            self._caption = sentences.pop().removesuffix("::").rstrip()
        for number, sentence in enumerate(sentences):
            opening = f"{version}: " if version and number == 0 else ""
            kind = "version" if version else "sentence"
            yield self._unit(anchor, kind, opening + sentence)

    def _directive(self, name: str, argument: str, body: list[str], anchor: str) -> Iterator[Unit]:
        if name in ("module", "currentmodule"):
            self.module = argument
        elif name in _OBJECTS:
            yield from self._object(argument, body, anchor)
        elif name in _BODIES:
            yield from self.read([argument, "", *body], anchor)
        elif name in _VERSIONS:
            number, _, rest = argument.partition(" ")
            opening = f"{_VERSIONS[name]} {number}"
            if rest or any(line.strip() for line in body):
                yield from self.read([rest, *body], anchor, opening)
            else:
                yield self._unit(anchor, "version", f"{opening}.")
        elif name == "doctest":
            yield self._example(_without_options(body), anchor)
        elif name == "literalinclude":
            yield self._example([f".. literalinclude:: {argument}"], anchor)

    def _object(self, argument: str, body: list[str], anchor: str) -> Iterator[Unit]:
        signatures = [argument]
        while body and body[0].strip() and not _OPTION.match(body[0]):
            more = body[0].strip()
            body = body[1:]
            if signatures[-1].endswith("\\"):
                signatures[-1] = signatures[-1][:-1] + more
            else:
                signatures.append(more)
        options = {m[1]: m[2] or "" for m in map(_OPTION.match, body) if m}
        owner = anchor or options.get("module", self.module)
        name = signatures[0].partition("(")[0].strip()
        own_anchor = f"{owner}.{name}" if owner else name
        for signature in signatures:
            yield self._unit(own_anchor, "signature", signature)
        yield from self.read(_without_options(body), own_anchor)

    def _example(self, lines: list[str], anchor: str) -> Unit:
        code = textwrap.dedent("\n".join(lines)).strip("\n")
        caption, self._caption = self._caption, ""
        return self._unit(anchor, "example", f"{caption}\n{code}" if caption else code)

    def _unit(self, anchor: str, kind: str, text: str) -> Unit:
        return Unit(self.section, anchor or slug(self.section), kind, text)


def _normal(text: str) -> str:
    return " ".join(text.split())


def _dedented(lines: list[str]) -> list[str]:
    return textwrap.dedent("\n".join(lines)).split("\n")


def _block_end(lines: list[str], start: int, *, indented: bool) -> int:
    """Where the block that begins at `start` ends.

    An indented block goes on over blank lines; a paragraph ends at one, and where the indentation
    changes.
    """
    at = start
    if not indented:
        while at < len(lines) and lines[at].strip() and not lines[at].startswith(" "):
            at += 1
        return at
    while at < len(lines) and (not lines[at].strip() or lines[at].startswith(" ")):
        at += 1
    return at


def _doctest_end(lines: list[str], start: int) -> int:
    """Sessions that only blank lines separate are one example."""
    at = start
    while at < len(lines):
        end = _block_end(lines, at, indented=False)
        # Output may be indented.
        while end < len(lines) and lines[end].strip():
            end += 1
        following = _first_text(lines[end:])
        if not following.startswith(">>>"):
            return end
        at = next(n for n in range(end, len(lines)) if lines[n].strip())
    return at


def _first_text(lines: Iterable[str]) -> str:
    return next((line for line in lines if line.strip()), "")


def _is_heading(lines: list[str], following: list[str]) -> bool:
    """A term of a definition list, the title of an indented block, or a line in bold alone."""
    if len(lines) != 1:
        return False
    if re.fullmatch(r"\*\*[^*]+\*\*", lines[0].strip()):
        return True
    return lines[0].rstrip()[-1] not in ".:!?)" and _first_text(following).startswith(" ")


def _introduces_example(text: str, following: list[str]) -> bool:
    if text.rstrip().endswith("::"):
        return True
    is_code = _first_text(following).strip().startswith((">>>", ".. doctest", ".. literalinclude"))
    return is_code and text.rstrip().endswith(":")


def _without_options(lines: list[str]) -> list[str]:
    kept = list(lines)
    while kept and _OPTION.match(kept[0]):
        del kept[0]
    return kept
