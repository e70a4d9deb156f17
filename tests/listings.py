"""A listing of an invented model, for tests of the catalogue."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from bot.core.catalogue import Listing


def listing(**changes: Any) -> Listing:
    """Oriole's Swift 4; ``changes`` replace any field."""
    usual: dict[str, Any] = {
        "id": "oriole/swift-4",
        "canonical_slug": "oriole/swift-4-20260801",
        "name": "Oriole: Swift 4",
        "created": date(2026, 8, 1),
        "context_length": 262_144,
        "input_price": Decimal("0.0000001"),
        "output_price": Decimal("0.0000004"),
    }
    return Listing(**{**usual, **changes})
