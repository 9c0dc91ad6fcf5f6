"""A town with a clock of its own, on each kind of database."""

from dataclasses import replace

import pytest

from handlers.turn import House
from storage.database import Database
from tests.conftest import StoppedClock
from tests.handlers.town import Town


@pytest.fixture
def town(database: Database, house: House, clock: StoppedClock) -> Town:
    return Town(database, replace(house, clock=clock))
