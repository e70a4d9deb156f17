from __future__ import annotations

from bot.core.specimens import specimens


def test_the_specimens_are_of_every_sort_and_marked_as_invented() -> None:
    found = specimens()
    assert all(digest.provenance.sample and digest.provenance.citations for digest in found)
    assert any(digest.is_quiet for digest in found)
    assert any(not digest.sections for digest in found)
    assert any(digest.late for digest in found)
    assert any(len(digest.sections) > 1 for digest in found)
    assert any(digest.revisions and not digest.sections for digest in found)
    assert {revision.headed for digest in found for revision in digest.revisions} == {True, False}
    assert any(revision.late and revision.why for digest in found for revision in digest.revisions)
    assert any(len(digest.revisions) > 10 for digest in found)
    assert all(len(digest.headline) <= 90 for digest in found)
