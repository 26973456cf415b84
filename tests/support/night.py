"""What runs only at night: the longer variants of tests that always run in a short form.

`SVCGEN_NIGHT=1 uv run pytest` runs all of them. `SVCGEN_SAMPLE=N` also draws N random samples.
"""

import os

import pytest

NIGHT = not os.environ.keys().isdisjoint({"SVCGEN_NIGHT", "SVCGEN_SAMPLE"})
nightly = pytest.mark.skipif(not NIGHT, reason="runs at night: SVCGEN_NIGHT=1")
