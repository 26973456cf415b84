from service.hard_rules.mutation import Mutation, added
from service.hard_rules.rules import PRIVATE_NAMES as RULE


def module(name: str, file: str, text: str, at: str) -> Mutation:
    return added(RULE, name, f"app/{file}.py", f"{text}\n", at=at)


def in_test(name: str, file: str, text: str, at: str) -> Mutation:
    return added(RULE, name, f"tests/test_{file}.py", f"{text}\n", at=at)


MUTATIONS = [
    module(
        "a module", "pn_module", "from starlette._utils import is_async_callable\n\nASK = is_async_callable", "_utils"
    ),
    module("a module by its path", "pn_path", "import starlette._utils\n\nASK = starlette", "_utils"),
    module("a module under another name", "pn_alias", "import starlette._utils as utils\n\nASK = utils", "_utils"),
    module(
        "a name of a module", "pn_name", "from json import _default_encoder\n\nENCODER = _default_encoder", "_default"
    ),
    module(
        "an undocumented module", "pn_util", "from sqlalchemy.util import await_\n\nWAIT = await_", "sqlalchemy.util"
    ),
    module(
        "an undocumented module below a documented one",
        "pn_below",
        "from fastapi.dependencies.models import Dependant\n\nKIND = Dependant",
        "fastapi.dependencies",
    ),
    module(
        "a part of a documented package", "pn_part", "from sqlalchemy import util\n\nWAIT = util.await_", "import util"
    ),
    module("by way of the package", "pn_way", "import sqlalchemy\n\nWAIT = sqlalchemy.util.await_", "sqlalchemy.util"),
    in_test("pytest's own", "pn_pytest", "from _pytest.config import Config\n\nKIND = Config", "_pytest"),
]
