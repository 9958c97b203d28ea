"""Known lists are strict both ways, and rewriting one keeps what people wrote."""

from __future__ import annotations

from pathlib import Path

import pytest
from mpconform import known
from mpconform.judge import FAIL, PASS, Difference, Verdict
from mpconform.spec import Requirement
from mpconform.versions import Version


def requirement(id_: str, tier: str = "must") -> Requirement:
    return Requirement(
        id=id_,
        text="It holds.",
        object=None,
        source=(),
        tier=tier,
        since=Version(3, 5),
        until=None,
        start_methods=("fork", "spawn"),
        platforms=(),
        needs=(),
        disputed=None,
        probe="sample.topic.x",
        ranges=(),
        chapter="sample",
        file="sample/topic.toml",
        line=1,
    )


def verdict(id_: str, kind: str, method: str = "fork", tier: str = "must") -> Verdict:
    differences = (Difference("x", "1", "2"),) if kind == FAIL else ()
    return Verdict(requirement(id_, tier), method, kind, differences=differences)


def write(folder: Path, text: str) -> Path:
    (folder / "billiard.toml").write_text(text)
    return folder


ENTRY = '[[known]]\nid = "a.b"\non = ["python3.8"]\nreason = "It never did."\n'


def test_an_entry_covers_its_failure_with_its_reason(tmp_path: Path) -> None:
    entries = known.load(write(tmp_path, ENTRY), "billiard@python3.8")
    assert known.reason_for(verdict("a.b", FAIL), entries) == "It never did."
    assert known.unmatched(entries, [verdict("a.b", FAIL)]) == []


def test_an_entry_of_another_interpreter_covers_nothing(tmp_path: Path) -> None:
    assert known.load(write(tmp_path, ENTRY), "billiard@python3.9") == ()


def test_an_unmatched_known_entry_fails_the_run(tmp_path: Path) -> None:
    entries = known.load(write(tmp_path, ENTRY), "billiard@python3.8")
    assert known.unmatched(entries, [verdict("a.c", FAIL)]) == ["a.b: matches nothing that was run"]


def test_an_entry_on_what_does_not_apply_is_left_alone(tmp_path: Path) -> None:
    folder = write(tmp_path, ENTRY)
    before = (folder / "billiard.toml").read_text()
    entries = known.load(folder, "billiard@python3.8")
    assert known.unmatched(entries, [verdict("a.c", PASS)], {"a.b"}) == []
    known.fix(folder, "billiard@python3.8", [verdict("a.c", PASS)], {"a.b"})
    assert (folder / "billiard.toml").read_text() == before


def test_a_known_failure_that_passes_fails_the_run(tmp_path: Path) -> None:
    entries = known.load(write(tmp_path, ENTRY), "billiard@python3.8")
    [line] = known.unmatched(entries, [verdict("a.b", FAIL), verdict("a.b", PASS, "spawn")])
    assert "is listed as a failure, and is pass now [spawn]" in line


def test_what_is_only_recorded_is_never_known(tmp_path: Path) -> None:
    entries = known.load(write(tmp_path, ENTRY), "billiard@python3.8")
    assert known.reason_for(verdict("a.b", FAIL, tier="may"), entries) is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[[known]]\nid = "a.b"\n', "entry 1 (a.b)"),
        ('[[known]]\nid = "a.b"\nreason = "x"\nwhy = "y"\n', "['why'] is not known"),
        ("[[known\n", "billiard.toml"),
    ],
)
def test_a_bad_entry_is_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(known.KnownError, match=r".+") as caught:
        known.load(write(tmp_path, text), "billiard@python3.8")
    assert message in str(caught.value)


def test_fix_adds_drops_and_keeps_comments_and_reasons(tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        "# About billiard.\n\n"
        '# Why this one stays.\n[[known]]\nid = "a.stays"\nreason = "Of old."\n\n'
        '[[known]]\nid = "a.heals"\non = ["python3.8", "python3.9"]\nreason = "Till 3.9."\n',
    )
    path = known.fix(
        folder,
        "billiard@python3.9",
        [
            verdict("a.stays", FAIL),
            verdict("a.stays", FAIL, "spawn"),
            verdict("a.heals", PASS),
            verdict("a.new", FAIL, "spawn"),
            verdict("a.new", PASS, "fork"),
        ],
    )
    text = path.read_text()
    assert text.startswith("# About billiard.\n")
    assert "# Why this one stays.\n" in text and "Of old." in text
    assert 'on = ["python3.8"]' in text and "Till 3.9." in text
    [new] = [entry for entry in known.load(folder, "billiard@python3.9") if entry.id == "a.new"]
    assert new.start_methods == ("spawn",)
    assert new.reason.startswith(known.UNREVIEWED)
