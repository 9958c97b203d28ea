"""What `spec/README.md` tells is so: its example is the spec's own, its ids and names exist."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest
from mpconform import matchers, places
from mpconform.bounds import WORD
from mpconform.loader import load

README = (places.SPEC / "README.md").read_text(encoding="utf-8")
BLOCKS = [tomllib.loads(text) for text in re.findall(r"```toml\n(.*?)```", README, re.DOTALL)]


def in_the_spec(file: str) -> dict[str, Any]:
    return tomllib.loads((places.SPEC / file).read_text(encoding="utf-8"))


def test_the_example_of_a_probe_is_the_spec_s_own() -> None:
    [[example]] = [block["probe"] for block in BLOCKS if "probe" in block]
    [probe] = [
        p for p in in_the_spec("queues/putting.toml")["probe"] if p["name"] == example["name"]
    ]
    [requirement] = example.pop("requirement")
    assert requirement in probe.pop("requirement")
    assert example == probe


def test_the_example_of_a_chapter_is_the_spec_s_own() -> None:
    [example] = [block for block in BLOCKS if "sections" in block]
    chapter = in_the_spec("queues/chapter.toml")
    for kind in ("object", "informative"):
        [entry] = example.pop(kind)
        assert entry in chapter.pop(kind)
    assert example == chapter


def test_its_ids_and_prefixes_exist() -> None:
    named = re.findall(r"\b(?:queues|surface)(?:\.[a-z]+(?:-[a-z]+)*)+(?!\w|_|/)", README)
    spec = load(places.SPEC)
    probes = {requirement.probe for requirement in spec.requirements}
    prefixes = {name for name in named if name not in probes and not name.endswith(".toml")}
    assert prefixes
    for prefix in prefixes:
        spec.select([prefix])


def test_every_matcher_is_described() -> None:
    table = README.partition("## Matchers")[2].partition("## Bounds")[0]
    described = {
        name
        for line in table.splitlines()
        if line.startswith("| `")
        for name in re.findall(r"`(\w+) = ", line.split(" | ")[0])
    }
    assert described == {*matchers.NAMES, WORD}


@pytest.mark.parametrize("kind", ["chapter.toml", "bounds.toml", "schema.json", "ids.txt"])
def test_the_files_that_it_maps_are_there(kind: str) -> None:
    [path] = re.findall(rf"^spec/(\S*{re.escape(kind)})  ", README, re.MULTILINE)
    assert (places.SPEC / path).is_file()
