import pytest

from svcgen.errors import SpecError
from svcgen.resource.fields.registry import FIELD_TYPES
from svcgen.resource.spec import arguments, listed
from svcgen.resource.syntax.parse import parse_lines, parse_resource, parse_resources

INVOICE = (
    "invoice number:str:unique amount:decimal:12,2 due:date:optional paid:bool:default=false"
    " status:enum:draft,sent,paid customer:ref:customer:optional"
)


def test_the_example() -> None:
    invoice = parse_resource(INVOICE.split())
    number, amount, due, paid, status, customer = invoice.fields

    assert (invoice.plural, invoice.model) == ("invoices", "Invoice")
    assert (number.unique, number.kind.limits, number.required) == (True, ("max_length=255",), True)
    assert amount.kind.column == "Numeric(12, 2)"
    assert (due.optional, due.required) == (True, False)
    assert (paid.default, paid.default_json) == ("False", "False")
    assert status.kind.values == ('"draft"', '"sent"', '"paid"')
    assert (customer.column, customer.kind.target) == ("customer_id", "customer")


@pytest.mark.parametrize(
    ("name", "plural"),
    [
        ("person", "people"),
        ("status", "statuses"),
        ("news", "news"),
        ("line_item", "line_items"),
        ("category", "categories"),
    ],
)
def test_plurals(name: str, plural: str) -> None:
    assert parse_resource([name, "x:str"]).plural == plural
    assert parse_resource([name, "x:str"], "others").plural == "others"


def test_powershell_splits_at_commas() -> None:
    words = ["price", "amount:decimal:12", "2:optional", "status:enum:draft", "sent", "paid:optional", "note:str"]
    joined = parse_resource(words)

    assert joined.fields[0].kind.column == "Numeric(12, 2)"
    assert [field.name for field in joined.fields] == ["amount", "status", "note"]
    assert joined.fields[1].kind.values == ('"draft"', '"sent"', '"paid"')
    assert joined.fields[1].optional


def test_a_value_may_hold_colons() -> None:
    (opens,) = parse_resource(["shop", "opens:time:default=08:30:optional"]).fields

    assert (opens.default, opens.optional) == ("time(8, 30)", True)
    (url,) = parse_resource(["shop", "url:str:default=http://[::1]:8080/a=b:optional"]).fields
    assert (url.default, url.optional) == ('"http://[::1]:8080/a=b"', True)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("", "the resource name is missing"),
        ("invoice", "invoice needs at least one field"),
        ("Invoice x:str", "must be lower-case words joined by underscores"),
        ("line-item x:str", "must be lower-case words joined by underscores"),
        ("class x:str", "the resource name class is a reserved word in Python"),
        ("filter x:str", "the resource name filter would hide a Python builtin"),
        ("session x:str", "the resource name session is a name that the generated code uses"),
        ("enum x:str", "would create a class Enum"),
        ("x" * 41 + " x:str", "has 41 characters; at most 40 are allowed"),
        ("invoice x", "field x: it has no type"),
        ("invoice x:", "a type is missing"),
        ("invoice x:string", "string is not a type"),
        ("invoice X:str", "the name 'X' must be lower-case"),
        ("invoice class:str", "class is a reserved word in Python"),
        ("invoice order:int", "order is a reserved word in SQL"),
        ("invoice user:str", "user is a reserved word in SQL"),
        ("invoice metadata:json", "metadata is an attribute of every SQLAlchemy model"),
        ("invoice id:int", "id is a column of every table"),
        ("invoice version:int", "version is a column of every table"),
        ("invoice created_at:datetime", "created_at is a column of every table"),
        ("invoice json:json", "json is an attribute of every Pydantic model"),
        ("invoice date:date", "date would hide a type"),
        ("invoice xmin:int", "xmin is a system column of Postgres"),
        ("invoice self:str", "self is a parameter of methods"),
        ("invoice x:str x:int", "invoice has two columns named x"),
        ("invoice a:ref:b a_id:int", "invoice has two columns named a_id"),
        ("invoice a_id:ref:b", "svcgen adds _id to the name of a reference"),
        ("invoice line_1:str line1:str", "line_1 and line1 differ only in underscores"),
        ("invoice x:str:opt", "opt is not a modifier"),
        ("invoice x:str:optional:nul", "nul is not a modifier"),
        ("invoice x:str:optional:optional", "optional is given twice"),
        ("invoice x:str:max=1:max=2", "max is given twice"),
        ("invoice x:str:default=a:", "a modifier is missing"),
        ("invoice x:date:default=", "default= is not a date"),
        ("invoice x:date:min=", "min= needs a value"),
        ("invoice x:date:max=9999-12-31", "max=9999-12-31 would be stored as infinity"),
        ("invoice x:date:min=0001-01-01", "min=0001-01-01 would be stored as infinity"),
        ("invoice x:date:default=0001-01-01", "default=0001-01-01 would be stored as infinity"),
        ("invoice x:datetime:default=0001-01-01T00:00:00Z", "T00:00:00Z would be stored as infinity"),
        ("invoice x:datetime:default=9999-12-30T23:00:00-02:00", "-02:00 would be stored as infinity"),
        ("invoice x:datetime:default=0001-01-01T00:00:00+02:00", "not a datetime with a UTC offset"),
        ("invoice x:float:min=999999999999998:max=999999999999999:unique", "values for only a few rows"),
        ("invoice x:decimal", "decimal needs its number of digits"),
        ("invoice x:decimal:2,3", "decimal needs its number of digits"),
        ("invoice x:enum", "enum needs at least two values"),
        ("invoice x:enum:a,a", "enum has the same value twice"),
        ("invoice x:ref", "ref needs the name of a resource"),
        ("invoice x:ref:invoice", "the first row would have no row to refer to"),
        ("invoice x:list", "list needs the type of its items"),
        ("invoice x:list:list:str", "list needs the type of its items"),
        ("invoice x:str:min=5:max=4", "allow no text"),
        ("invoice x:str:max=many", "max=many is not a length"),
        ("invoice x:int:min=1.5", "min=1.5 is not a whole number"),
        ("invoice x:int:max=3000000000", "too few values between"),
        ("invoice x:decimal:5,2:min=0.001", "at most 2 decimal places"),
        ("invoice x:date:min=soon", "min=soon is not a date"),
        ("invoice x:bool:max=1", "bool does not accept min= or max="),
        ("invoice x:bool:default=yes", "is not true or false"),
        ("invoice x:int:default=9:max=8", "not between min and max"),
        ("invoice x:str:max=2:default=abc", "is 3 characters long"),
        ("invoice x:enum:a,b:default=c", "not one of the values"),
        ("invoice x:datetime:default=2026-01-01", "not a datetime with a UTC offset"),
        ("invoice x:uuid:default=1", "not a UUID"),
        ("invoice x:json:default={}", "json does not accept a default"),
        ("invoice x:bool:unique", "values for only a few rows"),
        ("invoice x:text:unique", "text values can be too large for an index"),
        ("invoice x:str:max=601:index", "str values can be too large for an index"),
        ("invoice x:json:index", "json values can be too large for an index"),
        ("invoice x:int:unique:index", "a unique column already has an index"),
        ("invoice x:ref:y:index", "a reference already has an index"),
        ("invoice api_token:str:default=x", "secrets must not have defaults"),
        ("invoice x:int:unique:default=1", "only one row could use the default"),
        (f"{'i' * 30} {'x' * 40}:str", "that Postgres allows"),
    ],
)
def test_refused(words: str, reason: str) -> None:
    with pytest.raises(SpecError) as caught:
        parse_resource(words.split())

    assert reason in caught.value.message
    assert caught.value.hint


TYPICAL = (
    *("str", "str:default=abc", "str:max=5", "text", "int:min=1:max=9", "bigint", "float:default=0.5", "decimal:9,3"),
    *("bool:default=true", "date:min=2026-01-31", "datetime:default=2026-01-31T12:30:00Z", "time:default=08:30"),
    *(
        "uuid",
        "json",
        "enum:draft,sent",
        "enum:draft,sent:default=sent",
        "ref:customer",
        "list:str",
        "list:decimal:9,3",
    ),
)


@pytest.mark.parametrize("kind", TYPICAL)
@pytest.mark.parametrize(
    ("typo", "meant"),
    [
        *(
            ("optionl", "optional"),
            ("Optional", "optional"),
            ("uniqe", "unique"),
            ("indx", "index"),
            ("opt1onal", "optional"),
        ),
        *(("defualt=x", "default="), ("mim=3", "min="), (" optional", "optional"), ("maxx=9", "max=")),
    ],
)
def test_mistyped_modifier_is_never_data(kind: str, typo: str, meant: str) -> None:
    with pytest.raises(SpecError) as caught:
        parse_resource(["invoice", f"x:{kind}:{typo}"])

    assert f"field x:{kind}:{typo}: {typo} is not a modifier" in caught.value.message
    assert caught.value.hint == f"did you mean {meant}? allowed: optional, unique, index, default=, min=, max="


@pytest.mark.parametrize(
    ("kind", "check"),
    [
        ("date:min=20260131", "{} >= '2026-01-31'"),
        ("date:min=2026-W05-6:max=2026-12-31", "{} BETWEEN '2026-01-31' AND '2026-12-31'"),
        ("int:min=007", "{} >= 7"),
        ("int:min=-0", "{} >= 0"),
        ("decimal:5,2:max=09.5", "{} <= 9.50"),
        ("float:max=-0", "{} <= 0.0"),
    ],
)
def test_check_is_written_as_postgres_reads_it(kind: str, check: str) -> None:
    assert parse_resource(["thing", f"x:{kind}"]).fields[0].kind.check == check


def test_zero_has_no_sign() -> None:
    for kind in ("int", "decimal:5,2", "float"):
        assert "-" not in parse_resource(["thing", f"x:{kind}:default=-0"]).fields[0].default


def test_word_after_a_field_is_never_data() -> None:
    for word in ("note", "note:strr"):
        with pytest.raises(SpecError, match=f"^field {word}: "):
            parse_resource(["invoice", "status:enum:draft,sent", word])


def test_every_type_can_be_optional() -> None:
    arguments = {"decimal": ":9,3", "enum": ":a,b", "ref": ":other", "list": ":str"}
    for name in FIELD_TYPES:
        (field,) = parse_resource(["thing", f"x:{name}{arguments.get(name, '')}:optional"]).fields
        assert field.optional


def test_several() -> None:
    person, order = parse_resources("person name:str and order buyer:ref:person".split(), ["person=persons"])

    assert (person.plural, order.plural) == ("persons", "orders")
    assert arguments([person, order]) == (
        *("person", "name:str", "and", "order", "buyer:ref:person"),
        "--plural=person=persons",
    )
    assert listed([person.plural, "car_parts", order.plural]) == "persons, car parts and orders"


def test_the_plural_of_one_needs_no_name() -> None:
    for plural in ("persons", "person=persons"):
        (person,) = parse_resources(["person", "name:str"], [plural])
        assert person.plural == "persons"


@pytest.mark.parametrize(
    ("words", "plural", "reason"),
    [
        ("person x:str and", "", "the resource name is missing"),
        ("and person x:str", "", "the resource name is missing"),
        ("person x:str and order", "", "order needs at least one field"),
        ("person x:str order y:str", "", "field order: it has no type"),
        ("person x:str and person y:str", "", "two resources share a name: person, person"),
        ("person x:str and order y:str", "order=people", "two resources share a name: people, people"),
        ("person x:str and order y:str", "persons", "--plural persons does not belong to a resource"),
        ("person x:str", "order=ordres", "--plural order=ordres does not belong to a resource"),
        ("person x:str", "person=", "--plural person= does not belong to a resource"),
        ("b x:ref:c and c y:ref:b", "", "no first row can be stored: b needs c, c needs b"),
    ],
)
def test_several_refused(words: str, plural: str, reason: str) -> None:
    with pytest.raises(SpecError) as caught:
        parse_resources(words.split(), [plural] if plural else [])

    assert reason in caught.value.message
    assert caught.value.hint


def test_lines_refer_to_each_other() -> None:
    order, person = parse_lines(
        [
            "order buyer:ref:person parent:ref:order:optional",
            "person name:str first:ref:order:optional --plural persons",
        ]
    )

    assert (person.plural, order.references[0].kind.target) == ("persons", "person")
    assert [field.name for field in (*order.fields, *person.fields) if field.closes_cycle] == ["first"]
    with pytest.raises(SpecError, match="there is no resource person"):
        parse_lines(["order buyer:ref:person"])
    with pytest.raises(SpecError, match="can't be split into words"):
        parse_lines(["order x:str:default='"])


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ("Class x:str", "try customer_class"),
        ("LineItem x:str", "try line_item"),
        ("Größe x:str", "try groe"),
        ("invoice Class:str", "try invoice_class"),
        ("invoice dueDate:date", "try due_date"),
    ],
)
def test_a_suggested_name_is_allowed(words: str, hint: str) -> None:
    with pytest.raises(SpecError) as caught:
        parse_resource(words.split())

    assert caught.value.hint == hint
