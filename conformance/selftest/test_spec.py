"""The spec as values: what prefixes select, what its versions mean."""

from __future__ import annotations

from pathlib import Path

import kit
import pytest
from mpconform import places
from mpconform.loader import load
from mpconform.spec import Spec, SpecError
from mpconform.versions import Version, within


@pytest.fixture
def spec(tmp_path: Path) -> Spec:
    entries = kit.probe("get", {"one": "1", "two": "2"}) + kit.probe("get_nowait", {"one": "1"})
    return load(kit.spec_of(tmp_path, entries))


def selected(spec: Spec, *prefixes: str) -> list[str]:
    return [requirement.id for requirement in spec.select(prefixes)]


def test_a_prefix_selects_at_component_borders(spec: Spec) -> None:
    assert selected(spec, "sample.get") == ["sample.get.one", "sample.get.two"]
    assert selected(spec, "sample.get.one") == ["sample.get.one"]
    assert selected(spec, "sample") == selected(spec) == [r.id for r in spec.requirements]
    assert len(selected(spec, "sample.get", "sample")) == 3


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        ("samples.get", "did you mean sample.get"),
        ("sample.gte.one", "did you mean sample.get.one"),
        ("get", "did you mean sample.get"),
        ("zzzzzzzzz", "`mpconform list` shows all"),
    ],
)
def test_a_prefix_that_selects_nothing_is_told_its_neighbours(
    spec: Spec, wrong: str, hint: str
) -> None:
    with pytest.raises(SpecError) as raised:
        spec.select(["sample", wrong])
    assert f"no requirement is called {wrong!r}; {hint}" in str(raised.value)


def test_the_spec_of_the_project_knows_what_people_mean() -> None:
    spec = load(places.SPEC)
    for wrong, meant in (("queue.get", "queues.get"), ("lock.acquire", "synchronize.lock.acquire")):
        with pytest.raises(SpecError, match=rf"did you mean .*\b{meant}\b"):
            spec.select([wrong])


def test_versions_are_ordered_as_numbers() -> None:
    assert Version.parse("3.9") < Version.parse("3.11")
    assert str(Version.parse("3.11")) == "3.11"
    assert within(Version(3, 9), Version(3, 5), None)
    assert within(Version(3, 9), Version(3, 9), Version(3, 9))
    assert not within(Version(3, 10), Version(3, 5), Version(3, 9))
    for wrong in ("3", "3.11.7", "3.x", "", "python3.11"):
        with pytest.raises(ValueError, match=r"a version like"):
            Version.parse(wrong)
