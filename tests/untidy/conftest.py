"""Machines that are not tidy: each test says `untidy(case, environment, outcome)`, and `table.py` prints them."""

import pytest

from service.conftest import billing
from support.marked import collected

__all__ = ["billing"]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "untidy(case, environment, outcome): what is run, where, and what has to happen")


def pytest_itemcollected(item: pytest.Item) -> None:
    collected("untidy", item)
