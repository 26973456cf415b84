import pytest

from app.settings import Settings


def test_tax_token_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAX_TOKEN", "do-not-print-me")

    settings = Settings(_env_file=None)

    assert settings.tax_token
    assert settings.tax_token.get_secret_value() == "do-not-print-me"
    assert "do-not-print-me" not in repr(settings)
