"""What a column seems to be: by its name, its type and a look at some rows; in doubt never what everybody may read."""

import pytest

from broker.adapters.sql.inspect.look import look
from broker.adapters.sql.inspect.shapes import shapes
from broker.adapters.sql.inspect.words import words
from tests.inspect_kit import guessed

BY_NAME = {
    "email": "email, e_mail, EMailAddress, customer_mail, correo, courriel, emailaddress, EMAIL",
    "phone": "phone, HomePhone, fax, mobile_no, telefon, telefonnr, tel, handy, cellphone",
    "person": "first_name, LastName, vorname, nachname, prenom, apellido, cognome, contact_name, gender, ename",
    "address": "address, street, strasse, billing_address_line_2, direccion, rue",
    "postcode": "zip, zipcode, PostalCode, plz, code_postal",
    "location": "city, ort, latitude, ville, birthplace",
    "dob": "birth_date, dob, geburtsdatum, date_of_birth, fecha_nacimiento, age",
    "national-id": "ssn, social_security_number, national_id, dni, id_card",
    "tax-id": "tax_id, vat_number, codice_fiscale, steuernr, VATID",
    "passport": "passport_no, reisepass",
    "iban": "iban, IBAN_no",
    "bank-account": "account_number, kontonummer, bic, account_no",
    "card": "card_number, cc_no, pan, creditcard, cvv, kreditkarte",
    "salary": "salary, hourly_wage, gehalt, base_pay, lohn",
    "secret": "password, passwordhash, api_key, reset_token, pwd, pin, kennwort, mot_de_passe, session_id",
    "free-text": "notes, comment, body, description, bemerkung, message, subject",
    "ip": "ip, ip_address, remote_addr",
    "device": "device_id, imei, mac_address, user_agent",
    "url": "url, website, homepage, avatar_url",
    "country": "country, land, pays",
    "company": "company, company_name, firma",
    "username": "username, login, user_name",
    "health": "diagnosis, blood_group, allergies, krankenkasse",
    "belief": "religion, ethnicity, konfession, trade_union",
    "public": "id, order_id, sku, quantity, status, created_at, unit_price, currency, category",
}
NAMED = [(kind, name.strip()) for kind, names in BY_NAME.items() for name in names.split(",")]


@pytest.mark.parametrize(("kind", "name"), NAMED, ids=[name for _, name in NAMED])
def test_a_name_says_what_a_column_is_in_any_spelling_and_many_languages(kind, name):
    assert guessed(f'"{name}" TEXT, other TEXT')[name].kind == kind


@pytest.mark.parametrize(
    ("name", "parts"),
    {
        "BillingPostalCode": ("billing", "postal", "code"),
        "cust_e-mail": ("cust", "e", "mail"),
        "IPAddress": ("ip", "address"),
        "passwordhash": ("password", "hash"),
        "Straße": ("strasse",),
        "prénom2": ("prenom", "2"),
        "deptno": ("dept", "no"),
        "therapist": ("therapist",),
        "": (),
        "日本語": (),
    }.items(),
)
def test_a_name_is_taken_apart_where_nothing_is_left_over(name, parts):
    assert words(name) == parts


ABOUT = {
    "email_verified BOOLEAN": "public",
    "password_changed_at DATETIME": "public",
    "phone_count INTEGER": "public",
    "address_id INTEGER": "public",
    "birth_date_known INTEGER": "dob",
    "email_id TEXT": "email",
    "is_pregnant BOOLEAN": "health",
    "has_card BOOLEAN": "public",
    "city INTEGER": "public",
    "phone INTEGER": "phone",
    "ssn INTEGER": "national-id",
    "prefs JSON": "free-text",
    "photo BLOB": "image",
    "dump BLOB": "blob",
    "shipped DATE": "public",
    "a_number INTEGER": "public",
    "flag BOOLEAN": "public",
}


@pytest.mark.parametrize(("column", "kind"), ABOUT.items(), ids=ABOUT)
def test_what_is_said_about_a_thing_is_not_the_thing(column, kind):
    assert guessed(column)[column.split()[0]].kind == kind


def test_in_a_table_of_people_a_plain_word_or_number_is_no_plain_fact():
    columns = "id INTEGER PRIMARY KEY, loan_status TEXT, num_secu INTEGER, weight REAL, status TEXT, met DATE, x1 REAL"
    of_people = guessed(columns, table="customers")
    assert {name for name, guess in of_people.items() if guess.kind == "public"} == {"id", "status"}
    assert guessed(columns, table="parts")["weight"].kind == "public"


def test_what_a_table_is_about_counts_for_what_is_not_known_of_it():
    assert guessed("id INTEGER PRIMARY KEY, amount REAL, c7 TEXT", table="payroll")["amount"].kind == "salary"
    found = guessed("id INTEGER PRIMARY KEY, code TEXT, num REAL, kind TEXT", table="lab_observations")
    assert {name: guess.kind for name, guess in found.items() if name != "id"} == dict.fromkeys(
        ("code", "num", "kind"), "health"
    )


def test_a_table_of_keys_is_about_secrets_and_one_of_users_is_not():
    assert guessed("id INTEGER PRIMARY KEY, owner TEXT", table="api_keys")["owner"].kind == "secret"
    assert guessed("id INTEGER PRIMARY KEY, owner TEXT", table="auth_user")["owner"].kind == "internal"


def test_a_name_or_title_is_somebodys_unless_its_table_holds_things():
    for table, name, title in (("products", "public", "public"), ("members", "person", "internal")):
        found = guessed("name TEXT, title TEXT", table=table)
        assert (found["name"].kind, found["title"].kind) == (name, title)
    unknown = guessed("name TEXT, title TEXT", table="zzz")
    assert (unknown["name"].kind, unknown["name"].sure) == ("person", False)
    assert (unknown["title"].kind, unknown["title"].sure) == ("free-text", False)


BY_SAMPLE = {
    "email": ["ann@x.example", "bob.b+1@mail.y.example", "ü@z.example"],
    "phone": ["+49 30 1234567", "(030) 123-4567", "0041 44 123 45 67"],
    "iban": ["DE89370400440532013000", "GB82 WEST 1234 5698 7654 32", "FR1420041010050500013M02606"],
    "card": ["4111 1111 1111 1111", "5500005555555559", "378282246310005"],
    "ip": ["10.0.0.1", "2001:db8::1", "192.168.7.7"],
    "national-id": ["078-05-1120", "219-09-9999", "457-55-5462"],
    "secret": ["$2b$12$abcdefghijklmnopqrstuv", "d41d8cd98f00b204e9800998ecf8427e", "sk_live_0123456789abcdef"],
    "url": ["https://x.example/a", "http://y.example", "www.z.example"],
    "device": ["00:1B:44:11:3A:B7", "Mozilla/5.0 (X11; Linux)", "aa-bb-cc-dd-ee-ff"],
}


@pytest.mark.parametrize(("kind", "values"), BY_SAMPLE.items(), ids=BY_SAMPLE)
def test_a_name_that_says_nothing_or_something_else_does_not_hide_what_is_in_a_column(kind, values):
    rows = [(value, value, value) for value in values * 2]
    for name, guess in guessed('x1 TEXT, status TEXT, "no" TEXT', rows).items():
        wanted = kind if name != "no" else guess.kind
        assert guess.kind == wanted, name
        assert guess.kind != "public"


@pytest.mark.parametrize("kind", ["email", "iban", "secret", "ip", "national-id"])
def test_one_private_value_among_many_plain_ones_is_enough(kind):
    rows = [("open",)] * 100 + [(BY_SAMPLE[kind][0],)]
    found = guessed("status TEXT", rows)["status"]
    assert (found.kind, found.sure) == (kind, False)


def test_a_mail_address_inside_a_text_makes_it_a_text():
    assert guessed("status TEXT", [("open",)] * 50 + [("see ann@x.example",)])["status"].kind == "free-text"


NO_PHONE = ("2026-01-02", "2026-01-02 10:00:00", "12345.67", "1234567", "10.0.0.1", "078-05-1120", "ABC-1234567", "1/2")


@pytest.mark.parametrize("value", NO_PHONE)
def test_dates_amounts_and_codes_are_no_phone_numbers(value):
    assert "phone" not in set(shapes(value))


@pytest.mark.parametrize("kind", BY_SAMPLE)
def test_a_checksum_that_does_not_hold_is_no_card_and_no_iban(kind):
    if kind in {"iban", "card"}:
        for value in BY_SAMPLE[kind]:
            spoiled = value[:-1] + ("1" if value[-1] != "1" else "2")
            assert kind not in set(shapes(spoiled))


def test_texts_that_nothing_is_known_of_are_for_nobody_until_an_admin_says_so():
    rows = [
        (f"word{place}", "A long text that somebody once wrote about something", "Ann Miller") for place in range(20)
    ]
    found = guessed("x1 TEXT, x2 TEXT, x3 TEXT", rows)
    assert [(one.kind, one.sure) for one in found.values()] == [
        ("internal", False),
        ("free-text", False),
        ("internal", False),
    ]


def test_numbers_as_long_as_a_phones_are_taken_for_one_but_not_a_time_or_a_key():
    rows = [(4930123450 + place, 1700000000 + place, 4930123450 + place) for place in range(20)]
    found = guessed("x1 INTEGER, x2 INTEGER, ref_id INTEGER", rows)
    assert [one.kind for one in found.values()] == ["phone", "public", "public"]


def test_a_look_holds_numbers_and_no_value():
    found = look(["canary@x.example", None, "", b"canary", 7, "canary canary"])
    assert "canary" not in repr(found)
    assert (found.filled, found.hits["email"]) == (4, 1)
