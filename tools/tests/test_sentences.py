"""Pinned sentences: without text, in the page's order, and compared with the page."""

from __future__ import annotations

from pathlib import Path

import pytest
from mpconform import places
from mptools import ToolError
from mptools.documentation import digest
from mptools.sentences import differences, find_docs, load_rows, read_list
from toys import PAGE, Toys


def test_rows_hold_no_text(toys: Toys) -> None:
    written = (toys.spec / "sentences" / "3.11.tsv").read_text()
    assert f"Toys\ttoys.Toy.one\tsentence\t{digest('It is never two.')}\n" in written
    assert "never" not in written
    rows = load_rows(toys.spec)
    assert [row.kind for row in rows][:2] == ["sentence", "signature"]
    assert {row.section for row in rows} == {"Toys", "Elsewhere"}
    assert rows[0].docs == "3.11"


def test_a_changed_page_is_told(toys: Toys) -> None:
    assert differences(toys.spec, toys.docs) == []
    page = toys.docs / "multiprocessing.rst.txt"
    page.write_text(PAGE.replace("two.", "three."))
    told = differences(toys.spec, toys.docs)
    assert [line.partition(":")[0] for line in told] == [
        "pinned, but not on the page",
        "on the page, but not pinned",
    ]


def test_show_prints_the_text(toys: Toys, capsys: pytest.CaptureFixture[str]) -> None:
    for wanted in (digest("It is never two."), "toys.Toy.one"):
        assert toys.run("sentences", "--show", wanted) == 0
        assert "It is never two." in capsys.readouterr().out
    assert toys.run("sentences", "--show", "nothing") == 2
    assert "no unit has the digest or the anchor 'nothing'" in capsys.readouterr().err


def test_lines_of_a_later_documentation(toys: Toys, tmp_path: Path) -> None:
    lines = tmp_path / "later.txt"
    lines.write_text(
        "Toys|toys.Toy|sentence|A | b.\nToys|toys.Toy|version|Added in version 3.14.\n"
    )
    assert read_list(lines)[0].text == "A | b."
    assert toys.run("sentences", "--list", str(lines), "--version", "3.14", "--write") == 0
    assert [r.anchor for r in load_rows(toys.spec) if r.docs == "3.14"] == ["toys.Toy"] * 2
    lines.write_text("Toys|toys.Toy|prose|A.\n")
    with pytest.raises(ToolError, match=r"later\.txt:1: expected section"):
        read_list(lines)


def test_missing_files_are_explained(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="mptools sentences --write"):
        load_rows(tmp_path)
    with pytest.raises(ToolError, match=r"multiprocessing\.rst\.txt"):
        find_docs(tmp_path)


def test_the_pinned_sentences_agree_with_the_installed_documentation() -> None:
    docs = find_docs()
    if docs is None:
        pytest.skip("the documentation package is not installed")
    assert differences(places.SPEC, docs) == []
