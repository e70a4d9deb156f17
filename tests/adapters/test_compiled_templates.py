"""Templates are compiled once a process, and are never other than their files say."""

from __future__ import annotations

from pathlib import Path

from bot.adapters.render_engine import Engine


def test_a_file_that_changed_is_compiled_again(tmp_path: Path) -> None:
    for words in ("one", "two", "one"):
        (tmp_path / "words.j2").write_text(words)
        assert Engine([tmp_path]).text("words.j2", {}) == words


def test_equal_files_keep_their_own_names(tmp_path: Path) -> None:
    """A failure in the second is not said of the first."""
    for folder in ("first", "second"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "words.j2").write_text("{{ word }}")
    first, second = (Engine([tmp_path / folder]) for folder in ("first", "second"))
    assert (first.text("words.j2", {"word": "1"}), second.text("words.j2", {"word": "2"})) == ("1", "2")
    template = second._plain.get_template("words.j2")
    assert template.filename == str(tmp_path / "second" / "words.j2")


def test_a_page_escapes_what_plain_text_does_not(tmp_path: Path) -> None:
    (tmp_path / "words.j2").write_text("<p>{{ word }}</p>")
    engine = Engine([tmp_path])
    assert engine.text("words.j2", {"word": "<b>"}) == "<p><b></p>"
    assert "&lt;b&gt;" in engine.page("words.j2", {"word": "<b>"})
    assert engine.text("words.j2", {"word": "<b>"}) == "<p><b></p>"
