"""The hall, on each database."""

import pytest

from handlers.turn import House
from storage.database import Database
from tests.conftest import StoppedClock
from tests.console.hall import Hall
from tests.console.room import Room


@pytest.fixture
def hall(database: Database, house: House, clock: StoppedClock) -> Hall:
    return Hall(database, house, clock)


@pytest.fixture
def room(database: Database, house: House, clock: StoppedClock) -> Room:
    return Room(database, house, clock)
