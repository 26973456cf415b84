"""What several resources of a service share, written with the first that needs it."""

# The definitions of app/schemas/types.py, each with what it needs before it.
TYPES = {
    "Id": """Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
""",
    "UtcDatetime": """# The first and the last moment are infinity to asyncpg, and out of range in other zones.
UtcDatetime = Annotated[
    AwareDatetime, Field(ge=datetime(1, 1, 2, tzinfo=UTC), lt=datetime(9999, 12, 31, tzinfo=UTC))
]
""",
    "PlainDecimal": """# Otherwise a small one is written as 1E-7.
PlainDecimal = Annotated[Decimal, PlainSerializer(lambda value: f"{value:f}", return_type=str)]
""",
    "LocalTime": """def refuse_zone(value: time) -> time:
    if value.tzinfo:
        raise ValueError("should have no time zone")
    return value


LocalTime = Annotated[time, AfterValidator(refuse_zone)]
""",
    "Json": """def refuse_unstorable(value: JsonValue) -> JsonValue:
    # Python reads NaN and lone surrogates from JSON; this raises a ValueError for what is no JSON to Postgres.
    json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    return value


Json = Annotated[JsonValue, AfterValidator(refuse_unstorable)]
""",
}
