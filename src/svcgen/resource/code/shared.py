"""What several resources of a service share, written with the first that needs it."""

import re

# The definitions of app/schemas/types.py, each with what it needs before it.
TYPES = {
    "DIGITS": """def refuse_other_numerals(value: object) -> object:
    # Pydantic takes 1_0, +10, 010 and 10.0 for 10.
    if isinstance(value, str) and not re.fullmatch(r"0|-?[1-9][0-9]*", value):
        raise ValueError("should be written in digits alone")
    return value


DIGITS = BeforeValidator(refuse_other_numerals)
""",
    # OpenAPI documents of FastAPI have the limits of numbers as floats, and 2**63 - 1 is none.
    "Id": """Id = Annotated[
    int,
    Field(ge=1, le=2**63 - 1),
    DIGITS,
    WithJsonSchema({"type": "integer", "format": "int64", "minimum": 1, "examples": [1]}),
]
""",
    "NOT_TEXT": """def refuse_text(value: object) -> object:
    if type(value) in {str, bool}:
        raise ValueError("should be a number")
    return value


# Strict integers would be without 1.0, which is one in JSON.
NOT_TEXT = BeforeValidator(refuse_text)
""",
    "Int64": """Int64 = Annotated[
    int,
    Field(ge=-(2**63), le=2**63 - 1),
    NOT_TEXT,
    WithJsonSchema({"type": "integer", "format": "int64"}),
]
""",
    "StorableText": """# Postgres stores every character but NUL.
StorableText = Annotated[str, Field(pattern=r"^[^\\x00]*$")]
""",
    "exact": """def exact(form: str) -> BeforeValidator:
    \"\"\"Take a text of that form, and no JSON number, which is a float before it gets here.\"\"\"

    def check(value: object) -> object:
        if isinstance(value, int | float) or (isinstance(value, str) and not re.fullmatch(form, value)):
            raise ValueError(f"should be a text that matches {form}")
        return value

    return BeforeValidator(check, json_schema_input_type=Annotated[str, Field(pattern=form)])
""",
    "refuse_number": """def refuse_number(value: object) -> object:
    # Pydantic takes it for seconds since 1970, in a text too.
    if isinstance(value, int | float) or (isinstance(value, str) and re.fullmatch(r"[-+]?[0-9.]+", value)):
        raise ValueError("should be a text in ISO 8601")
    return value
""",
    "CalendarDate": """# The first and the last date are infinity to asyncpg.
CalendarDate = Annotated[date, Field(gt=date.min, lt=date.max), BeforeValidator(refuse_number)]
""",
    "UtcDatetime": """# The first and the last moment are infinity to asyncpg, and out of range in other zones.
UtcDatetime = Annotated[
    AwareDatetime,
    Field(ge=datetime(1, 1, 2, tzinfo=UTC), lt=datetime(9999, 12, 31, tzinfo=UTC)),
    BeforeValidator(refuse_number),
]
""",
    "PlainDecimal": """# Otherwise a small one is written as 1E-7.
PlainDecimal = Annotated[Decimal, PlainSerializer(lambda value: f"{value:f}", return_type=str)]
""",
    "LocalTime": """CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\\.[0-9]{1,6})?)?$"
# "format": "time" would be a time with a zone.
LocalTime = Annotated[time, exact(CLOCK), WithJsonSchema({"type": "string", "pattern": CLOCK})]
""",
    "StorableJson": """class StorableJson(RootModel[Any]):
    \"\"\"Any JSON without a NUL in it; for the OpenAPI document alone.\"\"\"

    root: (
        bool
        | float
        | StorableText
        | list[Self]
        | Annotated[dict[StorableText, Self], Field(json_schema_extra={"additionalProperties": False})]
        | None
    )
""",
    "Json": """def refuse_unstorable(value: JsonValue) -> JsonValue:
    # Python reads NaN and lone surrogates from JSON; Postgres takes neither, nor a NUL.
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except ValueError:
        raise ValueError("should be without NaN, infinity and lone surrogates") from None
    if rb"\\u0000" in text.replace(rb"\\\\", b""):
        raise ValueError("should be without NUL")
    return value


Json = Annotated[JsonValue, BeforeValidator(refuse_unstorable, json_schema_input_type=StorableJson)]
""",
}
# What 0.2.0 wrote under a name that means more now; its types took values that the tests of a resource refuse.
OUTDATED = {
    "Id": "Id = Annotated[int, Field(ge=1, le=2**63 - 1)]",
    "UtcDatetime": """UtcDatetime = Annotated[
    AwareDatetime, Field(ge=datetime(1, 1, 2, tzinfo=UTC), lt=datetime(9999, 12, 31, tzinfo=UTC))
]
""",
    "LocalTime": """def refuse_zone(value: time) -> time:
    if value.tzinfo:
        raise ValueError("should have no time zone")
    return value


LocalTime = Annotated[time, AfterValidator(refuse_zone)]
""",
    "Json": """def refuse_unstorable(value: JsonValue) -> JsonValue:
    json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    return value


Json = Annotated[JsonValue, AfterValidator(refuse_unstorable)]
""",
}


def types_in(source: str) -> set[str]:
    """Return the shared types that source code names, with those that these are made of."""
    named = TYPES.keys() & re.split(r"\W", source)
    deeper = " ".join(TYPES[name] for name in named)
    return set(named) if TYPES.keys() & re.split(r"\W", deeper) <= named else types_in(f"{source} {deeper}")
