"""The service with the sample resource, for the tests that need a server of its own: ``uvicorn tests.live:app``."""

from app.main import app
from tests import sample

sample.mount(app)
