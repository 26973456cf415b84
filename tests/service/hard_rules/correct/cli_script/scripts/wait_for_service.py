"""Wait until a service is ready: ``uv run scripts/wait_for_service.py http://localhost:8000``."""

import sys
import time
import urllib.request
from urllib.error import URLError

ATTEMPTS = 30


def is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=1) as response:  # noqa: S310  # the caller names it
            return bool(response.status == 200)  # noqa: PLR2004  # a status, by its number
    except URLError:
        return False


def main(url: str) -> None:
    for _ in range(ATTEMPTS):
        if is_ready(url):
            print(f"{url} is ready")
            return
        time.sleep(1)
    sys.exit(f"{url} is not ready after {ATTEMPTS} s")


if __name__ == "__main__":
    main(sys.argv[1])
