# ruff: noqa: E501  (a table is read line by line)

from service.hard_rules.edit import Change, Insert
from service.hard_rules.mutation import Mutation, added, changed
from service.hard_rules.rules import SETTINGS as RULE


def module(name: str, file: str, imports: str, line: str, *, at: str) -> Mutation:
    return added(RULE, name, f"app/{file}.py", f"{imports}\n\n{line}\n", at=at)


MUTATIONS = [
    changed(
        RULE,
        "os.environ.get in a handler",
        Change("app/api/health.py", "import asyncio\n", "import asyncio\nimport os\n"),
        Insert(
            "app/api/health.py", "logger = structlog.get_logger(__name__)\n", 'REGION = os.environ.get("FLY_REGION")\n'
        ),
        file="app/api/health.py",
        at="REGION =",
    ),
    module("os.environ[]", "env_item", "import os", 'REGION = os.environ["REGION"]', at="REGION ="),
    module("os.getenv", "env_getenv", "import os", 'REGION = os.getenv("REGION", "iad")', at="REGION ="),
    module(
        "environ as e", "env_alias", "from os import environ as e", 'REGION = e["REGION"]', at="environ as e|REGION ="
    ),
    module("getenv imported", "env_imported", "from os import getenv", 'REGION = getenv("REGION")', at="getenv"),
    module(
        "os under another name", "env_os", "import os as system", 'REGION = system.environ.get("REGION")', at="REGION ="
    ),
    module("as bytes", "env_bytes", "import os", 'REGION = os.environb[b"REGION"]', at="REGION ="),
    module(
        "expanded in a path", "env_expand", "import os", 'CACHE = os.path.expandvars("$CACHE_DIR/rates")', at="CACHE ="
    ),
    module("set for others", "env_set", "import os", 'os.environ.setdefault("TZ", "UTC")', at="setdefault"),
    module("dotenv", "env_dotenv", "from dotenv import load_dotenv", "load_dotenv()", at="dotenv"),
    module(
        "dotenv's values", "env_values", "import dotenv", 'REGION = dotenv.dotenv_values(".env")["REGION"]', at="dotenv"
    ),
    added(
        RULE,
        "a helper of its own",
        "app/services/env_helper.py",
        'import os\n\n\ndef read(name: str) -> str:\n    """Give what the platform says."""\n    return os.environ[name]\n',
        at="return os.environ",
    ),
    added(
        RULE,
        "inside a function",
        "app/services/env_inside.py",
        'def region() -> str | None:\n    from os import getenv\n\n    return getenv("REGION")\n',
        at="getenv",
    ),
]
