"""Each liar is caught by exactly the requirements that it names, and every chapter has liars.

By default a third of them has to answer the probes that its catchers read, which takes each a
second or two. `tox run -e liars` asks all of them everything that calls what they replace (`reach`
says why the rest would not notice), so that nothing else catches them either; with
MPREF_LIARS=2/5, it asks the second of five shards.
"""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from pathlib import Path

import kit
import pytest
import reach
from liars import choice, lies
from liars.lies import Liar
from mpconform import places
from mpconform.loader import load
from mpconform.spec import Spec

# Those that most requirements catch take longest: a probe that fails often waits in vain. They
# come first, so that no worker begins with a long one when the others are done.
ALL = sorted(lies.all_liars(), key=lambda liar: (-len(liar.caught_by), liar.name))
WANTED = os.environ.get(choice.VARIABLE, "")
ASKED = choice.choose(ALL, WANTED)


@pytest.mark.parametrize("liar", ALL, ids=lambda liar: liar.name.removeprefix("liars."))
def test_a_liar_is_caught_by_exactly_the_ids_it_names(
    liar: Liar, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    if liar not in ASKED:
        pytest.skip("by default a third of the liars is asked, by MPREF_LIARS=2/5 a shard")
    methods = [word for name in liar.start_methods for word in ("--start-method", name)]
    if WANTED:
        ids = reach.reach(tmp_path_factory, liar.start_methods).ids(liar, _spec())
        assert not ids or set(liar.caught_by) <= set(ids), "who catches it does not call it"
    else:
        ids = _ids_beside(liar.caught_by)
    outcome = kit.run(
        tmp_path,
        *ids,
        *["--impl", liar.name, "--impl-path", str(kit.SELFTEST)],
        *["--impl-path", str(kit.REFERENCE), "--jobs", "1", "--no-known", *methods],
        # A liar that hangs is waited for in every probe that it reaches. The deadline is no
        # multiple of the patience: who waits in vain three times is not stopped while ending.
        *["--patience", "5", "--deadline", "18", *liar.flags],
    )
    assert outcome.footer.get("complete"), outcome.text
    assert outcome.status == 1, outcome.text
    assert outcome.ids("fail", "error", "unsupported") == set(liar.caught_by), outcome.text


@functools.cache
def _spec() -> Spec:
    return load(places.SPEC)


def _ids_beside(caught_by: tuple[str, ...]) -> list[str]:
    """The ids of all requirements that read a probe which one of `caught_by` reads."""
    spec = _spec()
    probes = {spec.by_id[name].probe for name in caught_by}
    return [requirement.id for requirement in spec.requirements if requirement.probe in probes]


def test_every_liar_names_its_lie_and_its_catchers() -> None:
    for liar in ALL:
        assert liar.lie and liar.caught_by, liar
        assert len(set(liar.caught_by)) == len(liar.caught_by), liar
        assert set(liar.caught_by) <= _spec().by_id.keys(), liar


def test_there_are_at_least_forty_liars() -> None:
    assert len(ALL) >= 40


# -- who is asked


def test_the_default_third_covers_every_chapter() -> None:
    chosen = choice.choose(ALL, "")
    assert {liar.chapter for liar in chosen} == {liar.chapter for liar in ALL}
    assert len(ALL) / 4 < len(chosen) < len(ALL) / 2


def test_a_chapter_with_a_single_liar_is_covered() -> None:
    for liar in ALL:
        assert choice.choose([liar], "") == {liar}


def test_one_liar_more_does_not_change_who_else_is_asked() -> None:
    chosen = choice.choose(ALL, "")
    for one in ALL:
        assert chosen - {one} == choice.choose(set(ALL) - {one}, "")


@pytest.mark.parametrize("count", [1, 2, 5, 400])
def test_the_shards_are_all_liars_each_once(count: int) -> None:
    shards = [choice.choose(ALL, f"{number}/{count}") for number in range(1, count + 1)]
    assert frozenset().union(*shards) == frozenset(ALL) == choice.choose(ALL, "all")
    assert sum(map(len, shards)) == len(ALL)


@pytest.mark.parametrize(
    "wanted", ["0/5", "6/5", "1/0", "2", "/5", "2/", "every", "ALL", " ", "-1/5"]
)
def test_a_wrong_choice_is_named(wanted: str) -> None:
    with pytest.raises(ValueError, match=f"MPREF_LIARS is '{wanted}'"):
        choice.choose(ALL, wanted)


# -- how a liar is told


def test_each_liar_can_be_told_and_changes_the_reference() -> None:
    assert _in_a_process_of_its_own("each", *(liar.name for liar in ALL)) == ""


def test_reading_the_liars_does_not_change_the_reference() -> None:
    assert _in_a_process_of_its_own("reading") == ""


def test_a_process_is_told_one_lie_only() -> None:
    finished = subprocess.run(
        [sys.executable, "-c", f"import {ALL[0].name}, {ALL[1].name}"],
        cwd=kit.SELFTEST,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert f"ImportError: {ALL[0].name} has patched the reference" in finished.stderr


def _in_a_process_of_its_own(*words: str) -> str:
    """What `tell_liars.py` says: this process's own reference has to remain as it is."""
    finished = subprocess.run(
        [sys.executable, str(kit.SELFTEST / "tell_liars.py"), *words],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout + finished.stderr
