"""Coverage: what is claimed, excused, open and stale, and what makes the command fail."""

from __future__ import annotations

import pytest
from mpconform.loader import load
from mpconform.spec import SpecError
from mptools.coverage import ChapterCoverage, Coverage, measure
from mptools.documentation import digest
from mptools.sentences import load_rows
from toys import CHAPTER, PAGE, TOPIC, Toys, write_results


def coverage_of(toys: Toys) -> Coverage:
    return measure(load(toys.spec), load_rows(toys.spec))


def toy_chapter(toys: Toys) -> ChapterCoverage:
    return next(c for c in coverage_of(toys).chapters if c.chapter.name == "toy")


def test_a_covered_chapter(toys: Toys, capsys: pytest.CaptureFixture[str]) -> None:
    toy = toy_chapter(toys)
    assert (len(toy.rows), len(toy.claimed), len(toy.excused)) == (7, 6, 1)
    assert (toy.open, toy.stale, toy.both) == ((), (), ())
    assert coverage_of(toys).not_begun == {"Elsewhere": 1}
    assert toy.excused_prose == (1, 4), "a quarter, so that the share alone fails it"
    assert toys.run("coverage") == 1
    assert "1 of 4 prose sentences excused" in capsys.readouterr().out


def test_the_command_succeeds_where_all_is_covered(
    toys: Toys, capsys: pytest.CaptureFixture[str]
) -> None:
    claimed = '"toys.Toy A", "toys NEVERMORE"'
    toys.write(
        "toy/chapter.toml", CHAPTER.partition("[[informative]]")[0].replace('"toys.Toy A"', claimed)
    )
    assert toys.run("coverage") == 0
    out = capsys.readouterr().out
    assert "not begun: 1 sentences in 1 sections" in out
    assert toys.run("coverage", "--chapter", "toy") == 0
    assert toys.run("coverage", "--chapter", "toi") == 2
    assert "no chapter is called 'toi'; there are surface, toy" in capsys.readouterr().err


def test_open_sentences_are_listed_with_their_text(
    toys: Toys, capsys: pytest.CaptureFixture[str]
) -> None:
    toys.write("toy/chapter.toml", CHAPTER.partition("[[informative]]")[0])
    assert [row.anchor for row in toy_chapter(toys).open] == ["toys"]
    assert toys.run("coverage") == 1
    out = capsys.readouterr().out
    assert "toy/chapter.toml: 1 open: claim or excuse each of them" in out
    assert "A toy is a thing of which" in out


def test_stale_sources(toys: Toys, capsys: pytest.CaptureFixture[str]) -> None:
    toys.write("toy/playing.toml", TOPIC.replace(" ONE", " 00000000"))
    toy = toy_chapter(toys)
    assert [source.digest for source in toy.stale] == ["00000000"]
    assert [row.digest for row in toy.open] == [digest("one()")]
    assert toys.run("coverage") == 1
    assert "1 stale" in capsys.readouterr().out


def test_a_sentence_that_is_claimed_needs_no_excuse(toys: Toys) -> None:
    more = '\n[[informative]]\nsource = ["toys.Toy A"]\nreason = "No."\n'
    toys.write("toy/chapter.toml", CHAPTER + more)
    toy = toy_chapter(toys)
    assert [source.anchor for source in toy.both] == ["toys.Toy"]
    assert any("both claimed and excused" in problem for problem in toy.problems)


def test_sections_are_known_and_belong_to_one_chapter(toys: Toys) -> None:
    toys.write("toy/chapter.toml", CHAPTER.replace('["Toys"]', '["Toy"]'))
    with pytest.raises(SpecError, match="no section 'Toy'"):
        coverage_of(toys)
    toys.write("toy/chapter.toml", CHAPTER)
    surface = toys.spec / "surface" / "chapter.toml"
    surface.write_text(surface.read_text().replace("[]", '["Toys"]'))
    with pytest.raises(SpecError, match="'Toys' belongs to surface already"):
        coverage_of(toys)


def test_verdicts_are_counted(toys: Toys, capsys: pytest.CaptureFixture[str]) -> None:
    verdicts = [
        {"id": "toy.one.is-one", "start_method": "fork", "verdict": "pass"},
        {"id": "toy.one.is-one", "start_method": "spawn", "verdict": "fail"},
        {"id": "toy.is-offered", "verdict": "pass"},
    ]
    path = write_results(toys.spec.parent / "r.jsonl", verdicts=verdicts)
    toys.run("coverage", "--results", str(path))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "verdicts of mpref@python3.11"
    heads, toy = (next(x for x in lines if x.startswith(w)).split() for w in ("chapter", "toy "))
    counted = dict(zip(heads, toy, strict=True))
    assert (counted["pass"], counted["fail"], counted["error"]) == ("2", "1", "0")
    assert counted["unjudged"] == "3", "the second topic and the endings have no verdict"
    foreign = write_results(path, verdicts=[{"id": "no.such", "verdict": "pass"}])
    assert toys.run("coverage", "--results", str(foreign)) == 2


def test_pinned_sentences_that_differ_from_the_page_fail(
    toys: Toys, capsys: pytest.CaptureFixture[str]
) -> None:
    (toys.docs / "multiprocessing.rst.txt").write_text(PAGE.replace("two.", "three."))
    assert toys.run("coverage") == 1
    assert "the pinned sentences differ" in capsys.readouterr().out
