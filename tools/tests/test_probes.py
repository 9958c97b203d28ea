"""Reading probes without importing them: which functions are probes, and what they report."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from mptools.probes import ProbeSource, read_probes

SHARED = '''
    """What probes share."""

    WORDS = ("near", "far")


    def report_words(t):
        for word in WORDS:
            t.see(word + ".seen", 1)
'''

SOURCE = '''
    """Probes."""

    from mpprobe.probes.toy._common import WORDS, report_words

    NAMES = ("left", "right")


    def plain(t):
        t.see("a", 1)
        t.call("b", len, ())


    def computed(t):
        for name in NAMES:
            t.see(name + ".kind", 1)
        for number in range(3):
            t.see("item.%d" % number, number)
            t.see(f"part.{number}", number)


    def helped(t):
        helper(t, "word")
        shared(t)


    def by_a_shared_helper(t):
        report_words(t)


    def by_shared_words(t):
        for word in WORDS:
            t.see(word, 1)


    def helper(t, name):
        t.see(name, 1)


    def shared(t):
        t.see("shared", 1)


    def silent(t):
        return t.mp


    def _private(t):
        t.see("a", 1)


    def other(name):
        print(name)
'''


@pytest.fixture
def probes(tmp_path: Path) -> dict[str, ProbeSource]:
    (tmp_path / "toy").mkdir()
    (tmp_path / "toy" / "playing.py").write_text(textwrap.dedent(SOURCE))
    (tmp_path / "toy" / "_common.py").write_text(textwrap.dedent(SHARED))
    return read_probes(tmp_path)


def test_what_is_a_probe(probes: dict[str, ProbeSource]) -> None:
    names = ["plain", "computed", "helped", "by_a_shared_helper", "by_shared_words", "shared"]
    assert list(probes) == [f"toy.playing.{name}" for name in names]
    serving = [name for name, probe in probes.items() if probe.serves_others]
    assert serving == ["toy.playing.shared"]


@pytest.mark.parametrize(
    ("probe", "reported", "not_reported"),
    [
        ("plain", ["a", "b.value", "b.raises", "b.seconds"], ["b", "a.value", "c", ""]),
        (
            "computed",
            ["left.kind", "right.kind", "item.0", "item.12", "part.1"],
            ["up.kind", "left", "items.0", "item.x", "kind"],
        ),
        ("helped", ["word", "shared"], ["name", "a"]),
        ("by_a_shared_helper", ["near.seen", "far.seen"], ["near", "left.seen"]),
        ("by_shared_words", ["near", "far"], ["near.seen", "left"]),
    ],
)
def test_what_it_reports(
    probes: dict[str, ProbeSource], probe: str, reported: list[str], not_reported: list[str]
) -> None:
    source = probes[f"toy.playing.{probe}"]
    assert [name for name in reported if not source.may_report(name)] == []
    assert [name for name in not_reported if source.may_report(name)] == []
