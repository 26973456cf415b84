"""Attacks: each test says `attack(what, outcome)`, and `table.py` prints them."""

import pytest

from marked import collected


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "attack(what, outcome): what is tried, and what has to happen")


def pytest_itemcollected(item: pytest.Item) -> None:
    collected("attack", item)
