import pytest

# Pytest rewrites the assertions of test files, and of other modules only when told to.
pytest.register_assert_rewrite("tests.core.resource_contract")
