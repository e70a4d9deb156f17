from __future__ import annotations

import pytest

from bot.core.correction import Turn
from bot.core.digest import Citation, cite
from bot.core.ranking import Dataset
from tests.scenes import calm, correction, digest, entry, ide, leader


@pytest.mark.parametrize(
    ("dataset", "page"), [(Dataset.APPS, "openrouter.ai/apps"), (Dataset.MODELS, "openrouter.ai/rankings")]
)
def test_a_citation_is_to_the_letter(dataset: Dataset, page: str) -> None:
    assert cite(dataset, "2026-11-11T02:15:41.208Z") == Citation(
        f"Source: OpenRouter ({page}), as of 2026-11-11T02:15:41.208Z.", f"https://{page}"
    )


def test_what_is_stated_are_the_handles_of_all_that_is_told() -> None:
    told = digest(calm(events=(leader(), entry())), ide(events=(entry(id="x"),)))
    assert set(told.stated) == {"7k2f", "q83d", "x"}


def test_of_what_was_revised_only_what_is_told_late_is_stated() -> None:
    """The others were stated by the digest that they correct."""
    corrections = [correction(turn, id=turn.value) for turn in Turn]
    assert digest(calm(events=(entry(),)), corrections=corrections).stated == ("q83d", "late")


def test_a_digest_is_quiet_without_news_and_new_watchlists() -> None:
    assert digest(calm()).is_quiet
    assert not digest(calm(new=True)).is_quiet
    assert not digest(calm(), corrections=[correction()]).is_quiet
    assert not digest(calm(events=(entry(),))).is_quiet
