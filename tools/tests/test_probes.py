"""Reading probes without importing them: which functions are probes, and what they report."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from mptools.probes import ProbeSource, read_probes

SOURCE = '''
    """Probes."""

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
    (tmp_path / "toy.py").write_text(textwrap.dedent(SOURCE))
    return read_probes(tmp_path)


def test_what_is_a_probe(probes: dict[str, ProbeSource]) -> None:
    assert list(probes) == ["toy.plain", "toy.computed", "toy.helped", "toy.shared"]
    assert [name for name, probe in probes.items() if probe.serves_others] == ["toy.shared"]


@pytest.mark.parametrize(
    ("probe", "reported", "not_reported"),
    [
        ("toy.plain", ["a", "b.value", "b.raises", "b.seconds"], ["b", "a.value", "c", ""]),
        (
            "toy.computed",
            ["left.kind", "right.kind", "item.0", "item.12", "part.1"],
            ["up.kind", "left", "items.0", "item.x", "kind"],
        ),
        ("toy.helped", ["word", "shared"], ["name", "a"]),
    ],
)
def test_what_it_reports(
    probes: dict[str, ProbeSource], probe: str, reported: list[str], not_reported: list[str]
) -> None:
    assert [name for name in reported if not probes[probe].may_report(name)] == []
    assert [name for name in not_reported if probes[probe].may_report(name)] == []
