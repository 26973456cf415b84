"""Fixtures for the tests of the plumbing."""

import pytest

from app import api
from tests import sample


@pytest.fixture(autouse=True)
def only_sample_routes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mount only the sample in the apps that a test creates: FastAPI prepares every route for the first request.

    The fixture `app` still has all routes, and so has every app if the list of routers is in another module.
    """
    monkeypatch.setattr(api, "routers", [sample.router], raising=False)
