"""What several resources of a service share, written with the first that needs it."""

# The definitions of app/schemas/types.py, each with what it needs before it.
TYPES = {
    "Id": """Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
""",
    "UtcDatetime": """def to_utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("should be within the years 1 to 9999 in UTC") from None


UtcDatetime = Annotated[AwareDatetime, AfterValidator(to_utc)]
""",
    "LocalTime": """def refuse_zone(value: time) -> time:
    if value.tzinfo:
        raise ValueError("should have no time zone")
    return value


LocalTime = Annotated[time, AfterValidator(refuse_zone)]
""",
    "Json": """def refuse_unstorable(value: JsonValue) -> JsonValue:
    # Python reads NaN and lone surrogates from JSON, and Postgres has no NUL: none of them can be stored.
    if "\\\\u0000" in json.dumps(value, ensure_ascii=False, allow_nan=False).encode().decode():
        raise ValueError("should have no NUL character")
    return value


Json = Annotated[JsonValue, AfterValidator(refuse_unstorable)]
""",
}
