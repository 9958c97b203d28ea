"""The loader: what the spec's files come to, and what it says where it refuses one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from mpconform import places
from mpconform.loader import load, parse_source
from mpconform.spec import START_METHODS, Requirement, Source, Spec, SpecError
from mpconform.versions import Version

HEAD = 'name = "toy"\ntitle = "Toys"\nsections = ["Toys"]\n'

PROBE = """
[[probe]]
name = "playing.one"
"""

REQUIREMENT = """
[[probe.requirement]]
id = "toy.one.is-one"
text = "One is one."
object = "Toy.one"
source = ["toys.Toy.one 00000001"]
expect = { "a" = 1 }
"""

SECOND = REQUIREMENT.replace("is-one", "is-two")

CHANGED = """
[[probe.requirement]]
id = "toy.two.changes"
text = "Two is two."
needs = ["Toy"]
ranges = [
  { since = "3.6", until = "3.7", source = ["a 00000002"], expect = { a = 2 } },
  { since = "3.8", until = "3.9", text = "Two is three.", expect = { a = 3 } },
]
"""

OBJECT = """
[[object]]
name = "Toy.join"
id = "toy.join.is-offered"
kind = "method"
since = "3.7"
parameters = [
  { name = "timeout", default = "None" }, { name = "how" },
  { name = "daemon", default = "None", keyword_only = true },
]
source = ["toys.Toy.join 00000002"]
"""


def spec_of(folder: Path, topic: str = "", *, head: str = HEAD, **files: str) -> Spec:
    """A spec with the chapter `toy`, of these words; `files` are more of its topics."""
    (folder / "toy").mkdir(exist_ok=True)
    for name, text in {"chapter": head, "playing": topic, **files}.items():
        (folder / "toy" / f"{name}.toml").write_text(text, encoding="utf-8")
    return load(folder)


def only(folder: Path, requirement: str, probe: str = PROBE) -> Requirement:
    [found] = spec_of(folder, probe + requirement).requirements
    return found


# -- requirements and their probe


def test_a_requirement_has_defaults(tmp_path: Path) -> None:
    one = only(tmp_path, REQUIREMENT)
    assert one.id == "toy.one.is-one"
    assert one.probe == "toy.playing.one"
    assert one.start_methods == START_METHODS
    assert (one.since, one.until) == (Version(3, 5), None)
    assert one.source == (Source("toys.Toy.one", "00000001", "3.11"),)
    assert (one.chapter, one.file, one.line) == ("toy", "toy/playing.toml", 6)
    assert not one.is_ending and one.disputed is None and one.needs == one.platforms == ()
    assert one.ranges[0].expect["a"].accepts(1, {})


def test_the_tier_follows_from_the_sources_unless_it_is_said(tmp_path: Path) -> None:
    without = REQUIREMENT.replace('source = ["toys.Toy.one 00000001"]\n', "")
    assert only(tmp_path, REQUIREMENT).tier == "must"
    assert only(tmp_path, without).tier == "robust"
    assert only(tmp_path, CHANGED).tier == "must", "one of its ranges has a source"
    assert only(tmp_path, REQUIREMENT + 'tier = "may"\n').tier == "may"
    assert only(tmp_path, REQUIREMENT + 'tier = "robust"\n').tier == "robust"


def test_a_probe_says_once_what_holds_for_its_requirements(tmp_path: Path) -> None:
    said = PROBE + 'start_methods = []\nplatforms = ["linux"]\nneeds = ["Toy"]\n'
    said += 'since = "3.6"\nuntil = "3.12"\n'
    for requirement in spec_of(tmp_path, said + REQUIREMENT + SECOND).requirements:
        assert requirement.start_methods == ()
        assert requirement.platforms == ("linux",)
        assert requirement.needs == ("Toy",)
        assert (requirement.since, requirement.until) == (Version(3, 6), Version(3, 12))


def test_a_requirement_may_narrow_what_its_probe_says(tmp_path: Path) -> None:
    said = PROBE + 'start_methods = ["spawn", "fork"]\nneeds = ["A"]\nsince = "3.6"\n'
    own = 'start_methods = ["fork"]\nneeds = ["B", "A"]\nsince = "3.8"\nplatforms = ["darwin"]\n'
    one = only(tmp_path, REQUIREMENT + own, said)
    assert one.start_methods == ("fork",)
    assert one.needs == ("A", "B"), "needs add up"
    assert one.since == Version(3, 8)
    assert one.platforms == ("darwin",)


def test_ranges_take_what_they_do_not_say_from_the_requirement(tmp_path: Path) -> None:
    two = only(tmp_path, CHANGED)
    assert (two.since, two.until) == (Version(3, 6), Version(3, 9))
    assert two.range_at(Version(3, 5)) is None
    assert two.range_at(Version(3, 10)) is None
    first, second = two.range_at(Version(3, 7)), two.range_at(Version(3, 8))
    assert first is not None and first.text == "Two is two." and first.expect["a"].accepts(2, {})
    assert second is not None and second.text == "Two is three."
    assert [source.anchor for source in two.all_sources] == ["a"]


def test_since_and_until_bound_a_requirement_without_ranges(tmp_path: Path) -> None:
    one = only(tmp_path, REQUIREMENT + 'since = "3.8"\nuntil = "3.11"\n')
    applies = [minor for minor in range(5, 15) if one.range_at(Version(3, minor))]
    assert applies == [8, 9, 10, 11]


def test_a_chapter_may_read_a_probe_of_another(tmp_path: Path) -> None:
    one = only(tmp_path, REQUIREMENT, PROBE.replace("playing.one", "games.playing.two"))
    assert one.probe == "games.playing.two" and one.chapter == "toy"


# -- endings


def test_an_ending_applies_where_its_probe_does(tmp_path: Path) -> None:
    first = REQUIREMENT + 'start_methods = ["fork"]\nsince = "3.8"\nneeds = ["A", "B"]\n'
    second = SECOND + 'start_methods = ["spawn"]\nsince = "3.6"\nneeds = ["B"]\n'
    said = PROBE + 'ends_clean = "toy.one.ends-clean"\n'
    spec = spec_of(tmp_path, said + first + second)
    last = spec.by_id["toy.one.ends-clean"]
    assert last.is_ending and last.tier == "robust" and last.source == ()
    assert (last.file, last.line) == ("toy/playing.toml", 4)
    assert last.start_methods == ("spawn", "fork")
    assert last.since == Version(3, 6) and last.needs == ("B",)
    assert last.ranges[0].expect["ending"].accepts("clean", {})
    assert not last.ranges[0].expect["ending"].accepts("leaked", {})
    spec = spec_of(tmp_path, said + 'start_methods = []\nplatforms = ["linux"]\n' + REQUIREMENT)
    last = spec.by_id["toy.one.ends-clean"]
    assert last.start_methods == () and last.platforms == ("linux",)


# -- documented names, and sentences that promise nothing


def test_an_object_becomes_a_requirement_of_the_surface(tmp_path: Path) -> None:
    spec = spec_of(tmp_path, head=HEAD + OBJECT)
    [join], [requirement] = spec.objects, spec.requirements
    assert [p.default for p in join.parameters or ()] == ["None", None, "None"]
    assert requirement.probe == "surface.names.listed" and requirement.start_methods == ()
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


def test_an_object_may_stand_in_a_topic(tmp_path: Path) -> None:
    spec = spec_of(tmp_path, OBJECT + PROBE + REQUIREMENT, head=HEAD)
    [chapter] = spec.chapters
    assert [obj.id for obj in chapter.objects] == ["toy.join.is-offered"]
    assert {r.id for r in spec.requirements} == {"toy.join.is-offered", "toy.one.is-one"}
    [offered] = [r for r in spec.requirements if r.id == "toy.join.is-offered"]
    assert offered.probe == "surface.names.listed"
    assert (
        offered.file == "toy/playing.toml"
        and offered.line == OBJECT.splitlines().index('id = "toy.join.is-offered"') + 1
    )


def test_a_name_of_the_module_is_offered_by_every_context(tmp_path: Path) -> None:
    body = '\n[[object]]\nname = "Toy"\nid = "toy.is-offered"\nkind = "class"\nsource = []\n'
    expect = spec_of(tmp_path, head=HEAD + body).requirements[0].ranges[0].expect
    assert expect["module"].accepts(["Toy"], {}) and not expect["module"].accepts(["toy"], {})
    assert expect["contexts"].accepts([["Toy"], ["Toy", "x"]], {})
    assert not expect["contexts"].accepts([["Toy"], []], {})
    assert not expect["contexts"].accepts([], {})
    assert "signatures" not in expect


def test_one_reason_may_excuse_several_sentences(tmp_path: Path) -> None:
    body = '\n[[informative]]\nsource = ["a 00000001", "b 00000002 3.14"]\nreason = "Advice."\n'
    [chapter] = spec_of(tmp_path, head=HEAD + body).chapters
    assert [note.source for note in chapter.informative] == [
        Source("a", "00000001"),
        Source("b", "00000002", "3.14"),
    ]
    assert {(note.reason, note.line) for note in chapter.informative} == {("Advice.", 5)}


def test_a_source_is_an_anchor_and_a_digest() -> None:
    assert parse_source("a.b 0123abcd") == Source("a.b", "0123abcd", "3.11")
    assert parse_source("a.b 0123abcd 3.14") == Source("a.b", "0123abcd", "3.14")
    for wrong in ("a.b", "0123abcd", "a.b 0123ABCD", "a.b 0123abc", "a b 0123abcd", "", 5, None):
        with pytest.raises(ValueError, match="expected a source"):
            parse_source(wrong)
    with pytest.raises(ValueError, match="a version like"):
        parse_source("a.b 0123abcd later")


# -- the whole


def test_chapters_and_topics_are_in_order(tmp_path: Path) -> None:
    games = PROBE.replace("playing", "games") + SECOND
    spec = spec_of(tmp_path, PROBE + REQUIREMENT, games=games)
    assert [r.file for r in spec.requirements] == ["toy/games.toml", "toy/playing.toml"]
    (tmp_path / "ball").mkdir()
    (tmp_path / "ball" / "chapter.toml").write_text(HEAD.replace('"toy"', '"ball"'))
    assert [chapter.name for chapter in load(tmp_path).chapters] == ["ball", "toy"]


def test_the_digest_is_that_of_all_files(tmp_path: Path) -> None:
    before = spec_of(tmp_path, PROBE + REQUIREMENT).digest
    assert re.fullmatch("[0-9a-f]{12}", before)
    assert load(tmp_path).digest == before
    (tmp_path / "bounds.toml").write_text('[b]\nat_most = 1\nreason = "x"\n')
    with_bounds = load(tmp_path).digest
    topic = PROBE + REQUIREMENT.replace("One is", "1 is")
    assert len({before, with_bounds, spec_of(tmp_path, topic).digest}) == 3


def test_the_spec_of_the_project_loads() -> None:
    spec = load(places.SPEC)
    assert spec.requirements and len(spec.by_id) == len(spec.requirements)


# -- what is refused

BAD_TOPICS: Mapping[str, tuple[str, str]] = {
    "unknown key": (
        PROBE + REQUIREMENT + "teir = 1\n",
        "playing.toml:6: toy.one.is-one: unknown keys ['teir']; expected some of disputed, expect",
    ),
    "no text": (
        PROBE + REQUIREMENT.replace('text = "One is one."\n', ""),
        "playing.toml:6: toy.one.is-one: lacks 'text'",
    ),
    "tier": (
        PROBE + REQUIREMENT + 'tier = "might"\n',
        "expected a tier out of must, may, robust, got 'might'",
    ),
    "matcher": (
        PROBE + REQUIREMENT.replace('a" = 1', 'a" = { lke = 1 }'),
        "expect 'a': no matcher is called",
    ),
    "bound": (
        PROBE + REQUIREMENT.replace('a" = 1', 'a" = { bound = "soon" }'),
        "toy.one.is-one: expect 'a': no bound is called 'soon'",
    ),
    "start method": (PROBE + REQUIREMENT + 'start_methods = ["thread"]\n', "a start method out of"),
    "version": (PROBE + REQUIREMENT + 'since = "3"\n', 'expected a version like "3.11"'),
    "expect and ranges": (PROBE + REQUIREMENT + "ranges = []\n", "either expect or ranges"),
    "no expect": (PROBE + REQUIREMENT.replace('expect = { "a" = 1 }', ""), "either expect or"),
    "range": (PROBE + CHANGED.replace("expect = { a = 3 }", "expct = 1"), "a range has since"),
    "source": (
        PROBE + REQUIREMENT.replace(" 00000001", ""),
        'expected a source "ANCHOR DIGEST" (8 hex digits), or "ANCHOR DIGEST 3.14"',
    ),
    "no list of sources": (
        PROBE + REQUIREMENT.replace('["toys.Toy.one 00000001"]', '"toys.Toy.one 00000001"'),
        "expected a list of sources",
    ),
    "id twice": (
        PROBE + REQUIREMENT + REQUIREMENT,
        "toy/playing.toml:6: toy.one.is-one is there twice (first at toy/playing.toml:6)",
    ),
    "unknown table": ("\n[[prob]]\n", "playing.toml:1: unknown keys ['prob']; expected some of"),
    "old form": ("\n[[requirement]]\n", "unknown keys ['requirement']"),
    "no toml": ("\nnot toml", "not TOML"),
    "no table": ("probe = [1]\n", "expected a table, got 1"),
    "no name": ("\n[[probe]]\n" + REQUIREMENT, "playing.toml:1: (no name): lacks 'name'"),
    "name": (PROBE.replace("playing.", ""), 'expected a name like "playing.function"'),
    "topic": (
        PROBE.replace("playing.", "games."),
        "playing.toml:3: games.one: its topic is 'games', and the file's 'playing'",
    ),
    "own chapter": (PROBE.replace("playing.", "toy.playing."), "write 'playing.one'"),
    "probe twice": (PROBE + REQUIREMENT + PROBE + SECOND, "has this probe already: join the two"),
    "unknown key of a probe": (
        PROBE + 'tier = "may"\n',
        "playing.toml:3: playing.one: unknown keys ['tier']",
    ),
    "ending elsewhere": (
        PROBE.replace("playing.one", "games.playing.two") + 'ends_clean = "toy.x"\n',
        "its ending stands where the probe is at home, in games/playing.toml",
    ),
    "more start methods": (
        PROBE + 'start_methods = ["fork"]\n' + REQUIREMENT + 'start_methods = ["fork", "spawn"]\n',
        "start_methods: its probe says ['fork'], without spawn",
    ),
    "more platforms": (
        PROBE + 'platforms = ["linux"]\n' + REQUIREMENT + 'platforms = ["win32"]\n',
        "platforms: its probe says ['linux'], without win32",
    ),
    "earlier": (
        PROBE + 'since = "3.10"\n' + REQUIREMENT + 'since = "3.9"\n',
        "since 3.9: its probe begins with 3.10",
    ),
    "later": (
        PROBE + 'until = "3.9"\n' + REQUIREMENT + 'until = "3.10"\n',
        "until 3.10: its probe ends with 3.9",
    ),
}


@pytest.mark.parametrize(("topic", "wrong"), BAD_TOPICS.values(), ids=BAD_TOPICS)
def test_errors_name_file_line_and_id(tmp_path: Path, topic: str, wrong: str) -> None:
    with pytest.raises(SpecError, match=re.escape(wrong)):
        spec_of(tmp_path, topic)


@pytest.mark.parametrize(
    ("head", "wrong"),
    [
        ("name = 'toy'\n", "chapter.toml:1: expected name, title and sections"),
        (HEAD.replace('"toy"', '"toys"'), "the chapter is named 'toys', its folder 'toy'"),
        (HEAD + "\n[[informative]]\nreason = 'x'\n", "lacks 'source'"),
        (HEAD + OBJECT + "\n[[object]]\nname = 'x'\n", "(no id): lacks 'id'"),
        (HEAD + OBJECT.replace('"method"', '"verb"'), "toy.join.is-offered: expected a kind out"),
        (HEAD + OBJECT.replace("since", "sense"), "toy.join.is-offered: unknown keys ['sense']"),
    ],
)
def test_a_chapter_is_refused(tmp_path: Path, head: str, wrong: str) -> None:
    with pytest.raises(SpecError, match=re.escape(wrong)):
        spec_of(tmp_path, head=head)


def test_a_folder_with_topics_has_a_chapter(tmp_path: Path) -> None:
    (tmp_path / "toy").mkdir()
    (tmp_path / "toy" / "playing.toml").write_text(PROBE)
    with pytest.raises(SpecError, match=r"toy: expected chapter\.toml beside its topics"):
        load(tmp_path)


def test_a_chapter_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "toy.toml").write_text(HEAD)
    with pytest.raises(SpecError, match=r"toy\.toml: a chapter is a folder with chapter\.toml"):
        load(tmp_path)


def test_an_empty_folder_is_no_spec(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="found none"):
        load(tmp_path)


def _dict(**items: Any) -> dict[str, Any]:
    return {"$": "dict", "items": [[key, value] for key, value in items.items()]}
