"""The fake and both real stores keep the same promises."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import pytest

from bot.adapters.store import open_store
from bot.app.ports import Store
from tests.contracts.catalogue_contract import CatalogueContract
from tests.contracts.clock_contract import ClaimContract, MarkContract
from tests.contracts.history_contract import HistoryContract, NewStore
from tests.contracts.outbox_contract import EventContract, LeaseContract, OutboxContract
from tests.contracts.store_contract import BooksContract, SnapshotContract
from tests.contracts.store_restatements import RestatementContract
from tests.databases import empty
from tests.fakes import FakeStore


class AllContracts(
    SnapshotContract,
    CatalogueContract,
    BooksContract,
    MarkContract,
    ClaimContract,
    EventContract,
    OutboxContract,
    LeaseContract,
    HistoryContract,
    RestatementContract,
):
    """Everything that a Store promises, on stores that ``new_store`` makes."""

    @pytest.fixture
    def store(self, new_store: NewStore) -> Store:
        return new_store()


class TestFakeStore(AllContracts):
    @pytest.fixture
    def new_store(self) -> NewStore:
        return FakeStore


class TestSqlite(AllContracts):
    @pytest.fixture
    def new_store(self, tmp_path: Path) -> Iterator[NewStore]:
        numbers = count()
        with ExitStack() as stack:

            def make() -> Store:
                store = open_store(f"sqlite:///{tmp_path / f'{next(numbers)}.db'}")
                stack.callback(store.close)
                return store

            yield make


@pytest.mark.postgres
class TestPostgres(AllContracts):
    @pytest.fixture
    def new_store(self, postgres_url: str) -> Iterator[NewStore]:
        store = open_store(postgres_url)

        def make() -> Store:
            empty(postgres_url)
            return store

        yield make
        store.close()
