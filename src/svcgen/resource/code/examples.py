"""Example values of fields, for the API documentation: they read like data and pass the field's own limits."""

from svcgen.resource.spec import Field, Resource

# By the last words of a field's name; the longest match wins.
_TEXTS = {
    "address": "12 High Street",
    "author": "Ada Lovelace",
    "body": "The parcel arrived this morning.",
    "brand": "Acme",
    "category": "books",
    "city": "London",
    "code": "A-100",
    "color": "green",
    "colour": "green",
    "comment": "Please call before delivery.",
    "company": "Acme Ltd",
    "company_name": "Acme Ltd",
    "content": "The parcel arrived this morning.",
    "country": "GB",
    "country_code": "GB",
    "currency": "EUR",
    "currency_code": "EUR",
    "department": "Sales",
    "description": "Two sentences say what it is. This is the second.",
    "domain": "example.com",
    "email": "ada@example.com",
    "email_address": "ada@example.com",
    "file": "report.pdf",
    "file_name": "report.pdf",
    "filename": "report.pdf",
    "first_name": "Ada",
    "full_name": "Ada Lovelace",
    "given_name": "Ada",
    "host": "www.example.com",
    "hostname": "www.example.com",
    "iban": "GB33BUKB20201555555555",
    "ip": "192.0.2.1",
    "ip_address": "192.0.2.1",
    "isbn": "978-0-306-40615-7",
    "job_title": "Engineer",
    "language": "en",
    "last_name": "Lovelace",
    "locale": "en-GB",
    "location": "London",
    "login": "ada",
    "message": "The parcel arrived this morning.",
    "mobile": "+44 20 7946 0958",
    "note": "Please call before delivery.",
    "path": "/reports/2026",
    "phone": "+44 20 7946 0958",
    "phone_number": "+44 20 7946 0958",
    "postal_code": "SW1A 1AA",
    "postcode": "SW1A 1AA",
    "priority": "high",
    "reason": "Ordered by mistake",
    "sku": "A-100",
    "slug": "first-of-many",
    "state": "California",
    "status": "active",
    "street": "12 High Street",
    "surname": "Lovelace",
    "tag": "urgent",
    "telephone": "+44 20 7946 0958",
    "text": "The parcel arrived this morning.",
    "time_zone": "Europe/London",
    "timezone": "Europe/London",
    "unit": "kg",
    "url": "https://www.example.com",
    "user_name": "ada",
    "username": "ada",
    "version": "1.0.0",
    "website": "https://www.example.com",
    "zip": "94103",
    "zip_code": "94103",
}
_NUMBERS = {
    "age": "36",
    "amount": "49.90",
    "balance": "49.90",
    "cost": "49.90",
    "count": "3",
    "day": "31",
    "discount": "0.20",
    "fee": "4.90",
    "latitude": "51.5074",
    "longitude": "-0.1278",
    "month": "1",
    "percent": "20",
    "port": "8080",
    "price": "49.90",
    "quantity": "3",
    "rate": "0.20",
    "rating": "4.5",
    "ratio": "0.5",
    "salary": "52000",
    "score": "4.5",
    "share": "0.20",
    "tax": "9.98",
    "temperature": "21.5",
    "total": "49.90",
    "weight": "1.5",
    "year": "2026",
}
_DATES = {
    "birth": "1990-05-17",
    "birth_date": "1990-05-17",
    "birthdate": "1990-05-17",
    "birthday": "1990-05-17",
    "born": "1990-05-17",
    "date_of_birth": "1990-05-17",
}
_NAMES = {"label", "name", "title"}
_NUMBERED = {"no", "number", "reference"}
_PEOPLE = {"author", "client", "contact", "customer", "employee", "guest", "member", "owner", "patient", "person"}
_PEOPLE |= {"student", "teacher", "user"}


def example_of(field: Field, resource: Resource) -> str:
    """Return the source of a JSON value that a request can send as it is.

    Args:
        field: A field of the resource.
        resource: Names that mean nothing by themselves, such as `number`, are examples of it.
    """
    if field.kind.target:
        # A new database has no row to refer to; only what must refer to one does.
        return "None" if field.optional else "1"
    if field.default_json:
        return field.default_json
    if field.kind.fit is None:
        return field.kind.sample
    if field.kind.example == "text":
        return field.kind.fit(_text(field.name, resource.name))
    if field.kind.example == "date":
        return field.kind.fit(_lookup(_DATES, field.name) or "2026-01-31")
    return field.kind.fit(_lookup(_NUMBERS, field.name) or "10")


def _text(name: str, resource: str) -> str:
    if text := _lookup(_TEXTS, name):
        return text
    *before, last = name.split("_")
    subject = " ".join(before) or resource.replace("_", " ")
    if last in _NUMBERED:
        return f"{subject[:3].upper().strip()}-0001"
    if last in _NAMES:
        return "Ada Lovelace" if subject in _PEOPLE else f"Example {subject}"
    return f"Example {name.replace('_', ' ')}"


def _lookup(table: dict[str, str], name: str) -> str:
    """Return the value for the longest end of a name that the table has, in the singular or the plural."""
    words = name.split("_")
    ends = ["_".join(words[start:]) for start in range(len(words))]
    return next((table[end] for plain in ends for end in (plain, plain.removesuffix("s")) if end in table), "")
