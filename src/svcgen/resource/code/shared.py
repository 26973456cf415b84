"""Types that the schemas of a service share, written with the first resource that needs them."""

import re

# The definitions of app/schemas/types.py, each with what it needs before it.
TYPES = {
    "DIGITS": """def refuse_other_numerals(value: object) -> object:
    # Pydantic accepts 1_0, +10, 010 and 10.0 as 10.
    if isinstance(value, str) and not re.fullmatch(r"0|-?[1-9][0-9]*", value):
        raise ValueError("should be digits only")
    return value


DIGITS = BeforeValidator(refuse_other_numerals)
""",
    # FastAPI writes limits into the OpenAPI document as floats, which can't represent 2**63 - 1.
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


# Pydantic's strict mode would refuse 1.0, which is an integer in JSON.
NOT_TEXT = BeforeValidator(refuse_text)
""",
    "Int64": """Int64 = Annotated[
    int,
    Field(ge=-(2**63), le=2**63 - 1),
    NOT_TEXT,
    WithJsonSchema({"type": "integer", "format": "int64"}),
]
""",
    "StorableText": """# Postgres stores every character except NUL.
StorableText = Annotated[str, Field(pattern=r"^[^\\x00]*$")]
""",
    "exact": """def exact(form: str) -> BeforeValidator:
    \"\"\"Accept text in this form, and no JSON number, which is already a float here.\"\"\"

    def check(value: object) -> object:
        if isinstance(value, int | float) or (isinstance(value, str) and not re.fullmatch(form, value)):
            raise ValueError(f"should be text that matches {form}")
        return value

    return BeforeValidator(check, json_schema_input_type=Annotated[str, Field(pattern=form)])
""",
    "refuse_number": """def refuse_number(value: object) -> object:
    # Pydantic reads a number, even as text, as seconds since 1970.
    if isinstance(value, int | float) or (isinstance(value, str) and re.fullmatch(r"[-+]?[0-9.]+", value)):
        raise ValueError("should be text in ISO 8601")
    return value
""",
    "CalendarDate": """# asyncpg reads the first and the last date as infinity.
CalendarDate = Annotated[date, Field(gt=date.min, lt=date.max), BeforeValidator(refuse_number)]
""",
    "UtcDatetime": """# asyncpg reads the first and the last moment as infinity; in other zones they are out of range.
UtcDatetime = Annotated[
    AwareDatetime,
    Field(ge=datetime(1, 1, 2, tzinfo=UTC), lt=datetime(9999, 12, 31, tzinfo=UTC)),
    BeforeValidator(refuse_number),
]
""",
    "PlainDecimal": """# The default would write a small one as 1E-7.
PlainDecimal = Annotated[Decimal, PlainSerializer(lambda value: f"{value:f}", return_type=str)]
""",
    "LocalTime": """CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\\.[0-9]{1,6})?)?$"
# "format": "time" requires a zone: RFC 3339, section 5.6.
LocalTime = Annotated[time, exact(CLOCK), WithJsonSchema({"type": "string", "pattern": CLOCK})]
""",
    "StorableJson": """class StorableJson(RootModel[Any]):
    \"\"\"Any JSON without NUL, for the OpenAPI document only.\"\"\"

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
    # Python's parser accepts NaN and lone surrogates. Postgres accepts neither, and no NUL.
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
# What 0.2.0 wrote under these names. Its types accept values that the tests of a resource refuse.
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
