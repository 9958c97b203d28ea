"""The loader: what a chapter file comes to, and what it says where it refuses one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from mpconform import places
from mpconform.spec import START_METHODS, Source, Spec, SpecError, load
from mpconform.versions import Version, within

HEAD = '[chapter]\nname = "toy"\ntitle = "Toys"\nsections = ["Toys"]\n'

REQUIREMENT = """
[[requirement]]
id = "toy.one.is-one"
text = "One is one."
object = "Toy.one"
source = [{ anchor = "toys.Toy.one", digest = "00000001" }]
tier = "must"
probe = "toy.one"
expect = { "a" = 1 }
"""

CHANGED = """
[[requirement]]
id = "toy.two.changes"
text = "Two is two."
tier = "must"
probe = "toy.two"
start_methods = []
needs = ["Toy"]
ranges = [
  { since = "3.6", until = "3.7", source = [{ anchor = "a", digest = "1" }], expect = { a = 2 } },
  { since = "3.8", until = "3.9", text = "Two is three.", expect = { a = 3 } },
]
"""


def spec_of(folder: Path, **chapters: str) -> Spec:
    for name, body in chapters.items():
        head = HEAD.replace('"toy"', f'"{name}"')
        (folder / f"{name}.toml").write_text(head + body, encoding="utf-8")
    return load(folder)


def test_a_requirement_has_defaults(tmp_path: Path) -> None:
    [one] = spec_of(tmp_path, toy=REQUIREMENT).requirements
    assert one.id == "toy.one.is-one"
    assert one.start_methods == START_METHODS
    assert (one.since, one.until) == (Version(3, 5), None)
    assert one.source == (Source("toys.Toy.one", "00000001", "3.11"),)
    assert (one.chapter, one.file, one.line) == ("toy", "toy.toml", 7)
    assert not one.is_ending and one.disputed is None and one.needs == one.platforms == ()
    assert one.ranges[0].expect["a"].accepts(1, {})


def test_ranges_take_what_they_do_not_say_from_the_requirement(tmp_path: Path) -> None:
    [two] = spec_of(tmp_path, toy=CHANGED).requirements
    assert two.start_methods == ()
    assert (two.since, two.until) == (Version(3, 6), Version(3, 9))
    assert two.range_at(Version(3, 5)) is None
    assert two.range_at(Version(3, 10)) is None
    first, second = two.range_at(Version(3, 7)), two.range_at(Version(3, 8))
    assert first is not None and first.text == "Two is two." and first.expect["a"].accepts(2, {})
    assert second is not None and second.text == "Two is three."
    assert [source.anchor for source in two.all_sources] == ["a"]


def test_since_and_until_bound_a_requirement_without_ranges(tmp_path: Path) -> None:
    body = REQUIREMENT + 'since = "3.8"\nuntil = "3.11"\n'
    [one] = spec_of(tmp_path, toy=body).requirements
    applies = [minor for minor in range(5, 15) if one.range_at(Version(3, minor))]
    assert applies == [8, 9, 10, 11]


def test_an_object_becomes_a_requirement_of_the_surface(tmp_path: Path) -> None:
    body = """
[[object]]
name = "Toy.join"
id = "toy.join.is-offered"
kind = "method"
since = "3.7"
parameters = [
  { name = "timeout", default = "None" }, { name = "how" },
  { name = "daemon", default = "None", keyword_only = true },
]
source = [{ anchor = "toys.Toy.join", digest = "00000002" }]
"""
    spec = spec_of(tmp_path, toy=body)
    [join], [requirement] = spec.objects, spec.requirements
    assert [p.default for p in join.parameters or ()] == ["None", None, "None"]
    assert requirement.probe == "surface.names" and requirement.start_methods == ()
    assert requirement.since == join.since == Version(3, 7)
    expect = requirement.ranges[0].expect
    assert expect["members"].accepts(_dict(Toy=["join", "start"]), {})
    assert not expect["members"].accepts(_dict(Toy=["start"]), {})
    assert not expect["members"].accepts(_dict(), {})
    for good in (
        ["timeout=None", "how", "daemon=None"],
        ["timeout=None", "how=1", "more=2", "daemon=None"],
    ):
        assert expect["signatures"].accepts(_dict(**{"Toy.join": good}), {}), good
    for bad in (
        ["timeout=1", "how", "daemon=None"],
        ["how", "timeout=None", "daemon=None"],
        ["timeout=None", "however", "daemon=None"],
        ["timeout=None", "how"],
        [],
    ):
        assert not expect["signatures"].accepts(_dict(**{"Toy.join": bad}), {}), bad
    assert expect["signatures"].accepts(_dict(), {}), "a signature need not be readable"


def test_a_name_of_the_module_is_offered_by_every_context(tmp_path: Path) -> None:
    body = '\n[[object]]\nname = "Toy"\nid = "toy.is-offered"\nkind = "class"\nsource = []\n'
    expect = spec_of(tmp_path, toy=body).requirements[0].ranges[0].expect
    assert expect["module"].accepts(["Toy"], {}) and not expect["module"].accepts(["toy"], {})
    assert expect["contexts"].accepts([["Toy"], ["Toy", "x"]], {})
    assert not expect["contexts"].accepts([["Toy"], []], {})
    assert not expect["contexts"].accepts([], {})
    assert "signatures" not in expect


def test_an_ending_applies_where_its_probe_does(tmp_path: Path) -> None:
    first = REQUIREMENT + 'start_methods = ["fork"]\nsince = "3.8"\nneeds = ["A", "B"]\n'
    other = first.replace("is-one", "is-two").replace('["fork"]', '["spawn"]')
    other = other.replace('"3.8"', '"3.6"').replace('["A", "B"]', '["B"]')
    ending = '\n[[ending]]\nid = "toy.one.ends-clean"\nprobe = "toy.one"\n'
    spec = spec_of(tmp_path, toy=first + other + ending)
    last = spec.by_id["toy.one.ends-clean"]
    assert last.is_ending and last.tier == "robust" and last.source == ()
    assert last.start_methods == ("spawn", "fork")
    assert last.since == Version(3, 6) and last.needs == ("B",)
    assert last.ranges[0].expect["ending"].accepts("clean", {})
    assert not last.ranges[0].expect["ending"].accepts("leaked", {})
    stricter = ending + 'since = "3.9"\nstart_methods = []\n'
    spec = spec_of(tmp_path, toy=first + other + stricter)
    assert spec.by_id["toy.one.ends-clean"].since == Version(3, 9)
    assert spec.by_id["toy.one.ends-clean"].start_methods == ()


def test_a_prefix_selects_at_component_borders(tmp_path: Path) -> None:
    more = REQUIREMENT.replace("toy.one.is-one", "toy.oner.is-one")
    spec = spec_of(tmp_path, toy=REQUIREMENT + more)
    assert [r.id for r in spec.select(["toy.one"])] == ["toy.one.is-one"]
    assert [r.id for r in spec.select(["toy.one.is-one"])] == ["toy.one.is-one"]
    assert len(spec.select(["toy"])) == len(spec.select([])) == 2
    assert len(spec.select(["toy.one", "toy"])) == 2
    with pytest.raises(SpecError, match=r"'toy\.on'; did you mean toy\.one"):
        spec.select(["toy.on"])
    with pytest.raises(SpecError, match="mpconform list"):
        spec.select(["toy", "zzzzzzzzz"])


def test_the_digest_is_that_of_all_files(tmp_path: Path) -> None:
    before = spec_of(tmp_path, toy=REQUIREMENT).digest
    assert re.fullmatch("[0-9a-f]{12}", before)
    assert load(tmp_path).digest == before
    assert spec_of(tmp_path, toy=REQUIREMENT.replace("One is", "1 is")).digest != before
    assert spec_of(tmp_path, toy=REQUIREMENT, other="").digest != before


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        (REQUIREMENT.replace("tier = ", "teir = "), "toy.toml:7: toy.one.is-one: unknown keys"),
        (REQUIREMENT.replace('tier = "must"\n', ""), "toy.toml:7: toy.one.is-one: lacks 'tier'"),
        (REQUIREMENT.replace('"must"', '"might"'), "expected a tier out of must, may, robust"),
        (REQUIREMENT.replace('a" = 1', 'a" = { lke = 1 }'), "expect 'a': no matcher is called"),
        (REQUIREMENT + 'start_methods = ["thread"]\n', "expected a start method out of"),
        (REQUIREMENT + 'since = "3"\n', 'expected a version like "3.11"'),
        (REQUIREMENT + "ranges = []\n", "either expect or ranges"),
        (REQUIREMENT.replace('expect = { "a" = 1 }', ""), "either expect or ranges"),
        (CHANGED.replace("expect = { a = 3 }", "expct = 1"), "a range has since"),
        (REQUIREMENT.replace("digest", "digets"), "digets"),
        (REQUIREMENT.replace("[{ anchor", "{ anchor").replace('" }]', '" }'), "a list of sources"),
        (REQUIREMENT + REQUIREMENT, "toy.one.is-one is there twice"),
        ("\n[[requirment]]\n", "unknown tables ['requirment']"),
        ("\n[[ending]]\nid = 5\n", "lacks 'probe'"),
        ("\n[[informative]]\nreason = 'x'\n", "lacks 'source'"),
        ("\nnot toml", "not TOML"),
    ],
)
def test_errors_name_file_line_and_id(tmp_path: Path, body: str, wrong: str) -> None:
    with pytest.raises(SpecError, match=re.escape(wrong)):
        spec_of(tmp_path, toy=body)


def test_the_file_is_named_as_its_chapter(tmp_path: Path) -> None:
    (tmp_path / "toys.toml").write_text(HEAD, encoding="utf-8")
    with pytest.raises(SpecError, match="the chapter is named 'toy', its file 'toys'"):
        load(tmp_path)
    (tmp_path / "toys.toml").write_text("[chapter]\nname = 'toys'\n", encoding="utf-8")
    with pytest.raises(SpecError, match="name, title and sections"):
        load(tmp_path)


def test_an_empty_folder_is_no_spec(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="found none"):
        load(tmp_path)


def test_the_spec_of_the_project_loads() -> None:
    spec = load(places.SPEC)
    assert spec.requirements and len(spec.by_id) == len(spec.requirements)


def test_versions_are_ordered_as_numbers() -> None:
    assert Version.parse("3.9") < Version.parse("3.11")
    assert str(Version.parse("3.11")) == "3.11"
    assert within(Version(3, 9), Version(3, 5), None)
    assert within(Version(3, 9), Version(3, 9), Version(3, 9))
    assert not within(Version(3, 10), Version(3, 5), Version(3, 9))
    for wrong in ("3", "3.11.7", "3.x", "", "python3.11"):
        with pytest.raises(ValueError, match=r"a version like"):
            Version.parse(wrong)


def _dict(**items: object) -> dict[str, object]:
    return {"$": "dict", "items": [[key, value] for key, value in items.items()]}
