"""The folder of a run: what in it was expected, and what was left behind."""

from __future__ import annotations

from pathlib import Path

from mpconform.scratch import Scratch


def test_a_new_folder_holds_nothing_that_was_left_behind(tmp_path: Path) -> None:
    scratch = Scratch.make(tmp_path / "1")
    assert scratch.files_left() == ()
    assert scratch.unexpected_output() == ()
    assert scratch.end_of_stderr() == ""


def test_files_are_left_in_the_working_directory_and_in_tmpdir(tmp_path: Path) -> None:
    scratch = Scratch.make(tmp_path / "1")
    for name in ("work/a", "tmp/b", "turns/c", "programs/d"):
        (scratch.folder / name).touch()
    assert scratch.files_left() == ("tmp/b", "work/a")


def test_output_is_unexpected_behind_what_was_expected(tmp_path: Path) -> None:
    scratch = Scratch.make(tmp_path / "1")
    scratch.stderr.write_text("wanted|noise")
    assert scratch.unexpected_output() == ("stderr: wanted|noise",)
    scratch.expect_stderr(len("wanted|"))
    assert scratch.unexpected_output() == ("stderr: noise",)
    scratch.expect_stderr(len("wanted|noise"))
    assert scratch.unexpected_output() == ()
    (scratch.folder / "stdout").write_bytes(b"\xff")
    assert scratch.unexpected_output() == ("stdout: \ufffd",)


def test_a_number_that_was_not_written_to_the_end_expects_nothing(tmp_path: Path) -> None:
    scratch = Scratch.make(tmp_path / "1")
    scratch.stderr.write_text("noise")
    (scratch.folder / "stderr.expected").touch()
    assert scratch.unexpected_output() == ("stderr: noise",)


def test_the_end_of_stderr_is_kept_whatever_was_expected(tmp_path: Path) -> None:
    scratch = Scratch.make(tmp_path / "1")
    scratch.stderr.write_text("x" * 3000 + "end")
    scratch.expect_stderr(3003)
    assert scratch.end_of_stderr() == "x" * 1997 + "end"
