"""One application of the small programme and its people."""

import pytest

from tests.scenarios.cast import Company, open_application_of_everybody


@pytest.fixture
def world(db) -> Company:
    return open_application_of_everybody()
