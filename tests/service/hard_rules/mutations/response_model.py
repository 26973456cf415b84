# ruff: noqa: E501  (a table is read line by line)

import re

from service.hard_rules.edit import Change, Insert
from service.hard_rules.mutation import Mutation, added, changed
from service.hard_rules.rules import RESPONSE_MODEL as RULE

TEST = "tests/core/test_api.py"
HEAD = """\
import json
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from pydantic import RootModel

router = APIRouter(prefix="/wrong")
"""
BODY = '    return {"total": 1}\n'


def endpoint(
    name: str, file: str, route: str, signature: str, *, body: str = BODY, before: str = "", at: str = ""
) -> Mutation:
    text = f"{HEAD}{before}\n\n{route}\nasync def wrong() -> {signature}:\n{body}"
    return added(RULE, name, f"app/api/{file}.py", text, at=re.escape(at or route.splitlines()[0]))


def mounted(name: str, file: str, route: str, signature: str, *, body: str = BODY, before: str = "") -> Mutation:
    """One that only the running app gives away."""
    path = f"app/api/{file}.py"
    steps = (
        Insert("app/api/__init__.py", "from fastapi import APIRouter\n", f"from app.api import {file}\n"),
        Insert("app/api/__init__.py", "routers: list[APIRouter] = [", f"{file}.router, "),
    )
    text = f"{HEAD}{before}\n\n{route}\nasync def wrong() -> {signature}:\n{body}"
    return added(RULE, name, path, text, at="", steps=steps, by=TEST)


MUTATIONS = [
    changed(
        RULE,
        "response_model taken away",
        Change("app/api/health.py", '@router.get("/healthz", response_model=Health)', '@router.get("/healthz")'),
        file="app/api/health.py",
        at=r'@router.get\("/healthz"\)',
    ),
    endpoint("no response_model, -> dict", "rm_plain", '@router.get("")', "dict[str, int]"),
    endpoint("no response_model, -> Any", "rm_any_return", '@router.post("/{name}", status_code=201)', "Any"),
    endpoint("response_model=dict", "rm_dict", '@router.get("", response_model=dict)', "dict[str, int]"),
    endpoint("response_model=dict[str, Any]", "rm_dict_any", '@router.get("", response_model=dict[str, Any])', "dict[str, Any]"),
    endpoint("response_model=list[dict]", "rm_list", '@router.get("", response_model=list[dict[str, Any]])', "list[dict[str, Any]]"),
    endpoint("response_model=dict | None", "rm_optional", '@router.get("", response_model=dict[str, Any] | None)', "dict[str, Any] | None"),
    endpoint("response_model=Any", "rm_any", '@router.get("", response_model=Any)', "Any"),
    endpoint("response_model=None for a dict", "rm_none", '@router.get("", response_model=None)', "dict[str, int]"),
    endpoint(
        "JSON by hand in a Response",
        "rm_response",
        '@router.get("", response_model=None)',
        "Response",
        body='    return Response(json.dumps({"total": 1}), media_type="application/json")\n',
    ),
    endpoint(
        "JSONResponse",
        "rm_json_response",
        '@router.get("", response_class=JSONResponse)',
        "JSONResponse",
        body='    return JSONResponse({"total": 1})\n',
    ),
    endpoint(
        "JSONResponse under another name",
        "rm_json_alias",
        '@router.get("", response_class=Answer)',
        "Answer",
        before="\nfrom fastapi.responses import JSONResponse as Answer\n",
        body='    return Answer({"total": 1})\n',
        at="Answer",
    ),
    endpoint("api_route", "rm_api_route", '@router.api_route("", methods=["GET", "POST"])', "dict[str, int]"),
    mounted(
        "the path by its name",
        "rm_keyword_path",
        '@router.get(path="/totals")',
        "dict[str, Any]",
    ),
    endpoint(
        "a decorator over many lines",
        "rm_many_lines",
        '@router.get(\n    "/totals",\n    status_code=200,\n    tags=["wrong"],\n)',
        "dict[str, int]",
        at="@router.get(",
    ),
    changed(
        RULE,
        "on the app itself",
        Insert(
            "app/main.py",
            "    app.include_router(health.router)\n",
            '\n    @app.get("/version")\n    async def version() -> dict[str, str]:\n        return {"version": "1"}\n\n',
        ),
        file="app/main.py",
        at=r"@app\.get|dict\[str, str\]",
    ),
    mounted("an alias of dict", "rm_type", '@router.get("", response_model=Payload)', "Payload", before="type Payload = dict[str, Any]\n"),
    mounted("an alias of Any", "rm_old_alias", '@router.get("", response_model=Whatever)', "Whatever", before="Whatever = Any\n"),
    mounted("a root model of a dict", "rm_root", '@router.get("", response_model=RootModel[dict[str, Any]])', "dict[str, Any]"),
    mounted("the decorator under another name", "rm_get", '@get("")', "dict[str, Any]", before="get = router.get\n"),
    mounted(
        "a response class of its own that writes JSON",
        "rm_subclass",
        '@router.get("", response_class=FastResponse)',
        "FastResponse",
        before="\n\nclass FastResponse(JSONResponse):\n    pass\n",
        body='    return FastResponse({"total": 1})\n',
    ),
    added(
        RULE,
        "add_api_route",
        "app/api/rm_add.py",
        f'{HEAD}\n\nasync def wrong() -> dict[str, Any]:\n{BODY}\n\nrouter.add_api_route("/x", wrong)\n',
        at="",
        steps=(
            Insert("app/api/__init__.py", "from fastapi import APIRouter\n", "from app.api import rm_add\n"),
            Insert("app/api/__init__.py", "routers: list[APIRouter] = [", "rm_add.router, "),
        ),
        by=TEST,
    ),
]  # fmt: skip
