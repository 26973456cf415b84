# ruff: noqa: E501  (a table is read line by line)

from service.hard_rules.edit import Change, Insert
from service.hard_rules.mutation import Mutation, added, changed, handler
from service.hard_rules.rules import REQUEST_ID as RULE

TEST = "tests/core/test_server.py"


def in_handler(name: str, file: str, imports: str, body: str, *, at: str, before: str = "") -> Mutation:
    return added(RULE, name, f"app/api/{file}.py", handler(body, imports=imports, before=before), at=at)


MUTATIONS = [
    changed(
        RULE,
        "print in a handler",
        Insert("app/api/health.py", "async def readiness(request: Request, session: SessionDep) -> Health:\n", '    print("ready?")\n'),
        file="app/api/health.py",
        at="print",
    ),
    in_handler("print", "log_print", "", 'print("wrong")', at="print"),
    in_handler("print under another name", "log_alias", "", 'say("wrong")', before="say = print\n", at="say"),
    in_handler("print of builtins", "log_builtins", "import builtins", 'builtins.print("wrong")', at="builtins"),
    in_handler("pretty-printed", "log_pprint", "from pprint import pprint as show", 'show({"wrong": 1})', at="show"),
    in_handler("written to stdout", "log_stdout", "import sys", 'sys.stdout.write("wrong")', at="stdout"),
    in_handler("stderr imported", "log_stderr", "from sys import stderr as err", 'err.write("wrong")', at=r"\berr\b"),
    in_handler("a traceback by hand", "log_traceback", "import traceback", "traceback.print_exc()", at="traceback"),
    in_handler("logging.getLogger", "log_stdlib", "import logging", 'logger.info("wrong")', before="logger = logging.getLogger(__name__)\n", at="getLogger"),
    in_handler("getLogger under another name", "log_get", "from logging import getLogger as get", 'logger.info("wrong")', before="logger = get(__name__)\n", at=r"getLogger|\bget\("),
    in_handler("logging under another name", "log_module", "import logging as log", 'log.warning("wrong")', at="log"),
    in_handler("the root logger", "log_root", "import logging", 'logging.info("wrong")', at="logging.info"),
    in_handler("loguru", "log_loguru", "from loguru import logger", 'logger.info("wrong")', at="loguru"),
    in_handler("a print logger", "log_printlogger", "import structlog", 'structlog.PrintLogger().msg("wrong")', at="PrintLogger"),
    in_handler("the context cleared", "log_clear", "from structlog.contextvars import clear_contextvars as clear", "clear()", at="clear"),
    in_handler("the id unbound", "log_unbind", "from structlog.contextvars import unbind_contextvars", 'unbind_contextvars("request_id")', at="unbind"),
    in_handler("the id bound anew", "log_bind", "import structlog", 'structlog.contextvars.bind_contextvars(request_id="mine")', at="request_id"),
    in_handler("configured once more", "log_configure", "import structlog", "structlog.configure(processors=[])", at="configure"),
    in_handler("in a thread without the context", "log_thread", "import asyncio\n\nfrom structlog import get_logger", 'await asyncio.get_running_loop().run_in_executor(None, get_logger().info, "wrong")', at="run_in_executor"),
    added(
        RULE,
        "a helper that logs by logging",
        "app/services/log_helper.py",
        'from logging import getLogger\n\nlogger = getLogger("app.helper")\n\n\ndef note(text: str) -> None:\n    """Note what happened."""\n    logger.info(text)\n',
        at="getLogger",
    ),
    changed(RULE, "no id is bound", Change("app/core/middleware.py", "        bind_contextvars(request_id=request_id.decode())\n", ""), file="app/core/middleware.py", by=TEST),
    changed(RULE, "bound lines leave the context out", Change("app/core/logging.py", "            structlog.contextvars.merge_contextvars,\n            add_common", "            add_common"), file="app/core/middleware.py", by=TEST),
    changed(
        RULE,
        "the id goes before the traceback",
        Change("app/core/middleware.py", "        finally:\n", "        finally:\n            clear_contextvars()\n"),
        file="app/core/middleware.py",
        by=TEST,
    ),
]  # fmt: skip
