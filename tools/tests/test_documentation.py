"""Reading the documentation's source: every construct that the pages use."""

from __future__ import annotations

import re
import textwrap

import pytest
from mptools.documentation import Unit, digest, plain_title, read_units, slug, split_sentences
from mptools.sentences import PAGES, find_docs


def units(source: str) -> list[tuple[str, str, str]]:
    """Anchor, kind and text of each unit, the text's whitespace made single spaces."""
    found = read_units(textwrap.dedent(source))
    return [(unit.anchor, unit.kind, " ".join(unit.text.split())) for unit in found]


def texts(source: str) -> list[str]:
    return [text for _, _, text in units(source)]


@pytest.mark.parametrize(
    ("paragraph", "sentences"),
    [
        ("One.  Two!\nThree?", ["One.", "Two!", "Three?"]),
        ("On e.g. Linux, i.e. *here*, etc. Then.", ["On e.g. Linux, i.e. *here*, etc. Then."]),
        ("Since Python 2.5's end.  *name* is it.", ["Since Python 2.5's end.", "*name* is it."]),
        ("Use ``a. B``. :func:`x` is.", ["Use ``a. B``.", ":func:`x` is."]),
        ("(See it.)  ``conn1`` can.", ["(See it.)", "``conn1`` can."]),
        ("See :ref:`a. B <c>` now", ["See :ref:`a. B <c>` now"]),
        ("", []),
    ],
)
def test_sentences(paragraph: str, sentences: list[str]) -> None:
    assert split_sentences(paragraph) == sentences


def test_titles_are_stripped_of_markup() -> None:
    assert plain_title("The :class:`Process` class") == "The Process class"
    assert plain_title("The *spawn* and *forkserver* start methods") == (
        "The spawn and forkserver start methods"
    )
    assert plain_title(":mod:`multiprocessing.x` --- A thing") == "multiprocessing.x"
    assert slug("Contexts and start methods") == "contexts-and-start-methods"


def test_the_digest_does_not_see_whitespace() -> None:
    assert digest("One  two.\n") == digest("One two.")
    assert digest("One two.") != digest("One three.")
    assert Unit("s", "a", "sentence", "One two.").digest == digest("One two.")
    # Pinned: whatever changes it makes every source of the spec stale.
    assert digest("One two.") == "677caa60"


def test_anchors_follow_sections_modules_and_objects() -> None:
    assert units("""
        Title
        =====
        .. module:: pkg.mod

        Plain.

        .. class:: Thing(a, \\
                         b)

           Of it.

           .. method:: do
              :module: ignored

              Does.

        .. currentmodule:: other
        .. function:: f(x)
                      f(y)

           Gives.

        .. function:: pkg.Made()
           :module:

        After.
    """) == [
        ("title", "sentence", "Plain."),
        ("pkg.mod.Thing", "signature", "Thing(a, b)"),
        ("pkg.mod.Thing", "sentence", "Of it."),
        ("pkg.mod.Thing.do", "signature", "do"),
        ("pkg.mod.Thing.do", "sentence", "Does."),
        ("other.f", "signature", "f(x)"),
        ("other.f", "signature", "f(y)"),
        ("other.f", "sentence", "Gives."),
        ("pkg.Made", "signature", "pkg.Made()"),
        ("title", "sentence", "After."),
    ]


def test_an_example_is_one_unit_with_what_introduces_it() -> None:
    assert units("""
        T
        ====

        Use it.  For example ::

           import a

           a.b()

        or so:

        .. doctest::
           :options: +SKIP

           >>> a
           1

        In a session::

        >>> c
          2

        >>> d

        Done:

        .. literalinclude:: x.py
           :language: python3
    """) == [
        ("t", "sentence", "Use it."),
        ("t", "example", "For example import a a.b()"),
        ("t", "example", "or so: >>> a 1"),
        ("t", "example", "In a session >>> c 2 >>> d"),
        ("t", "example", "Done: .. literalinclude:: x.py"),
    ]


def test_version_notes() -> None:
    assert units("""
        T
        ====

        .. versionadded:: 3.7
        .. versionchanged:: 3.8
           It changed.  Much.
        .. versionchanged:: 3.9 Inline.
    """) == [
        ("t", "version", "Added in version 3.7."),
        ("t", "version", "Changed in version 3.8: It changed."),
        ("t", "version", "Much."),
        ("t", "version", "Changed in version 3.9: Inline."),
    ]


def test_prose_in_lists_notes_and_definitions() -> None:
    assert texts("""
        T
        ====

        Three ways of many
        are

          *spawn*
            A fresh one.

        .. note:: Inline.
           More.

        .. warning::

           Mind it.

        * an item
          of two lines;
        * another.

        (1) First.

            Still first.

        Picklability

            Be picklable.

        **Queues**

           They queue.

        .. seealso::
           :func:`x`
    """) == [
        "Three ways of many are",
        "A fresh one.",
        "Inline.",
        "More.",
        "Mind it.",
        "an item of two lines;",
        "another.",
        "First.",
        "Still first.",
        "Be picklable.",
        "They queue.",
        ":func:`x`",
    ]


def test_a_table_is_one_example_and_markup_is_nothing() -> None:
    assert units("""
        T
        ====

        .. _label:
        .. index::
           single: Nothing
        .. highlight:: none
        .. a comment

        --------------

        ====  ====
        a     b
        ====  ====
        1     2
        ====  ====

        After.
    """) == [
        ("t", "example", "==== ==== a b ==== ==== 1 2 ==== ===="),
        ("t", "sentence", "After."),
    ]


def test_repeated_text_under_one_anchor_is_one_unit() -> None:
    assert texts("T\n====\n\nSame.  Same.\n\nSame.\n") == ["Same."]


# What may stand on a page without being part of a unit: titles, markup, directives, options.
_NO_PROSE = re.compile(r"\s*$|(\.\.|[=\-~>]{4,}| *:[a-z]+:( |$)| +\.\. )|   single: ")


def test_no_line_of_the_installed_pages_is_lost() -> None:
    docs = find_docs()
    if docs is None:
        pytest.skip("the documentation package is not installed")
    for page in PAGES:
        source = (docs / page).read_text(encoding="utf-8")
        found = read_units(source)
        together = " ".join(" ".join(unit.text.split()) for unit in found)
        sections = {unit.section for unit in found}
        lost = [
            line
            for line in source.splitlines()
            if not _NO_PROSE.match(line)
            and " ".join(re.sub(r"^ *(\*|\(\d\)) +|::$", "", line).split()) not in together
            and plain_title(line) not in sections
        ]
        headings = [line for line in lost if line.strip()[-1] not in ".,;:"]
        assert lost == headings, "every sentence of the page is part of a unit"
        assert len(lost) <= 20, f"more than the page's headings of paragraphs: {lost}"
