"""What GET /models answers, read strictly in its shape and warily in its figures.

A missing field or another type is an answer that can't be used; a price or a length that can't be believed is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from bot.core.catalogue import Listing, context_length, price

NAME_LIMIT = 500
"""Characters of a display name that are kept."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = 253_402_300_799
"""The last second of the year 9999."""

Slug = Annotated[str, Field(pattern=r"^[^\x00-\x20\x7f]{1,500}$")]


class _Shape(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", frozen=True, hide_input_in_errors=True)


class Pricing(_Shape):
    """Dollars per token, as decimal text; "-1" where there is no fixed price."""

    prompt: object
    completion: object


class ModelListing(_Shape):
    """A model that can be called."""

    id: Slug
    canonical_slug: Slug
    name: Annotated[str, Field(min_length=1)]
    created: float
    context_length: object
    pricing: Pricing


class CatalogueAnswer(_Shape):
    """All models that can be called."""

    data: list[ModelListing]


def listings(answer: CatalogueAnswer) -> Sequence[Listing]:
    """The answer's models as the core knows them, in its order."""
    return [
        Listing(
            id=row.id,
            canonical_slug=row.canonical_slug,
            name=row.name[:NAME_LIMIT],
            created=_day(row.created),
            context_length=context_length(row.context_length),
            input_price=price(row.pricing.prompt),
            output_price=price(row.pricing.completion),
        )
        for row in answer.data
    ]


def _day(seconds: float) -> date | None:
    """The UTC day of a Unix time; None for one that is no time of ours."""
    return (_EPOCH + timedelta(seconds=seconds)).date() if 0 < seconds <= _LATEST else None
