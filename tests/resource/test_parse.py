import pytest

from svcgen.errors import SpecError
from svcgen.resource.parse import parse_lines, parse_resource, parse_resources
from svcgen.resource.spec import arguments, listed
from svcgen.resource.vocabulary import TYPES

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
        ("", "the name of the resource is missing"),
        ("invoice", "invoice has no field"),
        ("Invoice x:str", "is not lower-case words joined by underscores"),
        ("line-item x:str", "is not lower-case words joined by underscores"),
        ("class x:str", "the name class is a reserved word of Python"),
        ("filter x:str", "the name filter hides a builtin of Python"),
        ("session x:str", "the name session is a name that the code around it uses"),
        ("enum x:str", "would make a class Enum"),
        ("x" * 41 + " x:str", "is longer than 40 characters"),
        ("invoice x", "field x: it has no type"),
        ("invoice x:", "nothing is not a type"),
        ("invoice x:string", "string is not a type"),
        ("invoice X:str", "a field 'X' is not lower-case"),
        ("invoice class:str", "class is a reserved word of Python"),
        ("invoice order:int", "order is a reserved word of SQL"),
        ("invoice user:str", "user is a reserved word of SQL"),
        ("invoice metadata:json", "metadata is an attribute of every SQLAlchemy model"),
        ("invoice id:int", "id is a column that every row has"),
        ("invoice version:int", "version is a column that every row has"),
        ("invoice created_at:datetime", "created_at is a column that every row has"),
        ("invoice json:json", "json is an attribute of every Pydantic model"),
        ("invoice date:date", "date hides what the columns after it are declared with"),
        ("invoice xmin:int", "xmin is a column that Postgres adds to every table"),
        ("invoice self:str", "self is a parameter of the methods"),
        ("invoice x:str x:int", "invoice has two columns called x"),
        ("invoice a:ref:b a_id:int", "invoice has two columns called a_id"),
        ("invoice a_id:ref:b", "a reference gets its _id itself"),
        ("invoice line_1:str line1:str", "line_1 and line1 differ by underscores only"),
        ("invoice x:str:opt", "opt is not a modifier"),
        ("invoice x:str:optional:nul", "nul is not a modifier"),
        ("invoice x:str:optional:optional", "optional is there twice"),
        ("invoice x:str:max=1:max=2", "max is there twice"),
        ("invoice x:str:default=a:", "nothing is not a modifier"),
        ("invoice x:date:default=", "default= is not a date"),
        ("invoice x:date:min=", "min= has no value"),
        ("invoice x:date:max=9999-12-31", "max=9999-12-31 would be stored as infinity"),
        ("invoice x:date:min=0001-01-01", "min=0001-01-01 would be stored as infinity"),
        ("invoice x:date:default=0001-01-01", "default=0001-01-01 would be stored as infinity"),
        ("invoice x:datetime:default=0001-01-01T00:00:00Z", "T00:00:00Z would be stored as infinity"),
        ("invoice x:datetime:default=9999-12-30T23:00:00-02:00", "-02:00 would be stored as infinity"),
        ("invoice x:datetime:default=0001-01-01T00:00:00+02:00", "not a datetime with a zone"),
        ("invoice x:float:min=999999999999998:max=999999999999999:unique", "values for a few rows only"),
        ("invoice x:decimal", "a decimal needs its digits"),
        ("invoice x:decimal:2,3", "a decimal needs its digits"),
        ("invoice x:enum", "an enum needs at least two values"),
        ("invoice x:enum:a,a", "an enum names a value twice"),
        ("invoice x:ref", "a ref needs the resource that it refers to"),
        ("invoice x:ref:invoice", "no first row could refer to another"),
        ("invoice x:list", "a list holds values of one simple type"),
        ("invoice x:list:list:str", "a list holds values of one simple type"),
        ("invoice x:str:min=5:max=4", "no text fits"),
        ("invoice x:str:max=many", "max=many is not a length"),
        ("invoice x:int:min=1.5", "min=1.5 is not a whole number"),
        ("invoice x:int:max=3000000000", "too few values fit"),
        ("invoice x:decimal:5,2:min=0.001", "at most 2 decimal places"),
        ("invoice x:date:min=soon", "min=soon is not a date"),
        ("invoice x:bool:max=1", "bool has no min and no max"),
        ("invoice x:bool:default=yes", "neither true nor false"),
        ("invoice x:int:default=9:max=8", "outside of min and max"),
        ("invoice x:str:max=2:default=abc", "too short or too long"),
        ("invoice x:enum:a,b:default=c", "none of its values"),
        ("invoice x:datetime:default=2026-01-01", "not a datetime with a zone"),
        ("invoice x:uuid:default=1", "not a UUID"),
        ("invoice x:json:default={}", "json has no default"),
        ("invoice x:bool:unique", "values for a few rows only"),
        ("invoice x:text:unique", "an index can't hold any text"),
        ("invoice x:str:max=601:index", "an index can't hold any str"),
        ("invoice x:json:index", "an index can't hold any json"),
        ("invoice x:int:unique:index", "a unique column has an index"),
        ("invoice x:ref:y:index", "a reference has an index"),
        ("invoice api_token:str:default=x", "those have no default"),
        ("invoice x:int:unique:default=1", "a default can stand in one row only"),
        (f"{'i' * 30} {'x' * 40}:str", "too long for Postgres"),
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
    assert caught.value.hint == f"did you mean {meant}? known are: optional, unique, index, default=, min=, max="


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
    for name in TYPES:
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
        ("person x:str and", "", "the name of the resource is missing"),
        ("and person x:str", "", "the name of the resource is missing"),
        ("person x:str and order", "", "order has no field"),
        ("person x:str order y:str", "", "field order: it has no type"),
        ("person x:str and person y:str", "", "two of person, person have one name"),
        ("person x:str and order y:str", "order=people", "two of people, people have one name"),
        ("person x:str and order y:str", "persons", "--plural persons says the plural of no resource"),
        ("person x:str", "order=ordres", "--plural order=ordres says the plural of no resource"),
        ("person x:str", "person=", "--plural person= says the plural of no resource"),
        ("b x:ref:c and c y:ref:b", "", "no first row could be stored: b needs c, c needs b"),
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
    assert [field.name for field in (*order.fields, *person.fields) if field.closes_circle] == ["first"]
    with pytest.raises(SpecError, match="there is no resource person"):
        parse_lines(["order buyer:ref:person"])
    with pytest.raises(SpecError, match="can't be taken apart"):
        parse_lines(["order x:str:default='"])
