"""Names that something else needs."""

# Every row has these.
COLUMNS = frozenset({"id", "version", "created_at", "updated_at"})
# Attributes that SQLAlchemy's DeclarativeBase has.
SQLALCHEMY = frozenset({"metadata", "registry", "type_annotation_map"})
# Attributes that Pydantic's BaseModel has.
PYDANTIC = frozenset(
    """
    construct copy dict from_orm json model_computed_fields model_config model_construct model_copy model_dump
    model_dump_json model_extra model_fields model_fields_set model_json_schema model_parametrized_name model_post_init
    model_rebuild model_validate model_validate_json model_validate_strings parse_file parse_obj parse_raw schema
    schema_json update_forward_refs validate
    """.split()
)
# A field of that name would hide the type or function from the fields after it.
TYPES = frozenset({"bool", "date", "datetime", "float", "func", "int", "list", "mapped_column", "str", "time"})
# Reserved by Postgres 18, or by the SQL standard for what these columns are.
SQL = frozenset(
    """
    all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation
    column concurrently constraint create cross current_catalog current_date current_role current_schema current_time
    current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign freeze
    from full grant group having ilike in initially inner intersect into is isnull join lateral leading left like limit
    localtime localtimestamp natural not notnull null offset on only or order outer overlaps placing primary references
    returning right select session_user similar some symmetric system_user table tablesample then to trailing true
    union unique user using variadic verbose when where window with
    """.split()
)
# What Postgres adds to every table.
SYSTEM_COLUMNS = frozenset({"cmax", "cmin", "ctid", "oid", "tableoid", "xmax", "xmin"})
# What the generated modules import and define, which a class of that name would hide.
CLASSES = frozenset(
    """
    Annotated Any APIRouter AsyncClient AsyncConnection AsyncEngine AsyncSession Base BaseModel BeforeValidator
    BigInteger Boolean CalendarDate CheckConstraint ConfigDict Date DateTime Decimal Double Enum FastAPI Field
    ForeignKey Header HTTPException HTTPStatus Id Identity IfMatch Int64 Json JsonValue Literal LocalTime Mapped
    Mapping NotFoundError Numeric PlainDecimal PlainSerializer Query Request RequestValidationError ResourceRouter
    ReadSessionDep Response RootModel Self SessionDep StorableJson StorableText StrictBool StrictFloat Text Time
    TypedDict UtcDatetime Uuid WithJsonSchema
    """.split()
)
# What the functions that have a variable of the resource's name call other things.
LOCALS = frozenset(
    """
    body changes count etag find if_match n name problem_responses referred request require_match response
    router routers save select serial session value values
    """.split()
)
