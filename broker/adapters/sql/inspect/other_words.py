"""How columns are called that tell nothing of anybody, and how tables are: the rest of the words to guess by."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from broker.adapters.sql.inspect.vocabulary import phrases


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


CODES: Final = phrases("""
    id, ids, uuid, guid, oid, rowid, pk, fk, key, code, cd, no, nr, num, number, nbr, nummer, numero, ref, reference,
    referenz, invoice number, order number, rechnungsnummer, bestellnummer, auftragsnummer, kundennummer, customer
    number, customer no, employee number, member number, ticket number, case number, tracking number, batch, lot,
    external id, abbr, abbreviation, iso, iso code, version, revision, etag, reports to, reportsto, parent, support
    rep""")
"""What points at a thing and tells nothing of it."""

HARMLESS: Final = phrases("""
    sku, ean, upc, gtin, isbn, asin, barcode, article number, artikelnummer, artnr, slug, symbol, ticker, clave
    producto, hs code, status, state, type, kind, category, categories, subcategory, class, classification, level,
    tier, rank, priority, severity, stage, phase, mode, method, channel, medium, source, origin, format, unit, units,
    uom, currency, currency code, color, colour, farbe, size, groesse, dimension, material, flavour, genre, brand,
    model, make, series, edition, segment, mktsegment, department, dept, team, division, branch, role, group, queue,
    plan, package, product, product name, item, item name, article, artikel, artikelname, produkt, produktname,
    category name, genre name, label, tag, tags, shipping method, ship mode, ship via, ship instruct, shipinstruct,
    shipmode, container, warehouse, payment method, payment type, card type, card brand, quantity per unit, incoterm,
    frequency, interval, period, rating, mpaa rating, special features, result code, event, event type, action,
    operation, table name, column name, schema, environment, platform, currency name, region, orderstatus, linestatus,
    returnflag, orderpriority, mfgr, bezeichnung, kategorie, einheit, waehrung, abteilung, rolle, typ, art, statut,
    categorie, devise, estado civil tipo, tipo, categoria, moneda, valuta, unidad, quantita, aisle, shelf, bin, sort,
    ordering, direction, condition code""")
"""What a business calls its own things by."""

COUNTED: Final = phrases("""
    count, cnt, amount, amt, betrag, total, subtotal, sum, summe, price, unit price, list price, preis, prix, precio,
    prezzo, cost, costs, fee, fees, freight, discount, rabatt, tax, taxes, tax rate, tax amount, vat rate, vat amount,
    rate, ratio, percent, percentage, quantity, qty, menge, cantidad, quantite, units, stock, inventory, available,
    reorder, width, height, depth, length, volume, area, duration, seconds, milliseconds, minutes, hours, days,
    months, year, month, day, week, quarter, hour, date, time, timestamp, created, updated, modified, registered,
    joined, enrolled, last seen, last login, changed, deleted, bytes, index, position, sequence, seq, line number,
    linenumber, revenue, profit, margin, budget, weight, order date, ship date, due date, expires, paid, placed,
    since, valid from, valid to, from, to, start, end, begin, enabled, active, flag, visible, published, discontinued,
    min, max, avg, mean, replacement cost, rental rate, views, likes, clicks, attempts, retries, temperature, speed,
    distance, credits, loyalty points, shipping, deposit""")
"""What is a number, a date or a flag of a business, where its type says so too."""

ABOUT: Final = _words("""
    am el le id ids fk count cnt at on type kind status verified confirmed validated valid enabled required sent
    length len flag format optin opted subscribed changed updated created expires expired expiry order sort index
    changes attempts limit level rank preference preferred primary default visible public bounced date time timestamp
    seen used present exists provided brand""")
"""As the last word of a name: it tells of the thing, it is not the thing."""

ASKS: Final = _words(
    "is has had can may should allow allows allowed accepts wants use uses needs do show hide no num count"
)
"""As the first word of a name, the same."""

TRAITS: Final = _words("""
    gender sex geschlecht sexe sexo sesso marital nationality staatsangehoerigkeit salutation anrede latitude
    longitude lat lon lng long""")
"""Of these a number tells as much as a word."""

PLACES: Final = _words("state region staat estado etat")
"""A part of a country, where an address stands beside it."""

PEOPLE: Final = _words("""
    cust emp usr person people customer client user member employee staff worker contact patient student pupil teacher
    professor doctor physician nurse guest visitor lead prospect subscriber applicant candidate tenant owner passenger
    driver beneficiary donor voter citizen resident child parent family partner buyer seller borrower cardholder
    policyholder insured actor artist author composer player athlete attendee participant volunteer recipient profile
    account holder supplier vendor shipper agent rep representative salesperson manager clerk administrator admin
    operator witness suspect defendant kunde mitarbeiter benutzer person personal angestellter patientin mitglied
    schueler lehrer gast kontakt ansprechpartner lieferant client utilisateur employe personne membre fournisseur
    etudiant cliente usuario empleado persona miembro proveedor alumno paciente utente dipendente cliente fornitore
    klant medewerker gebruiker""")
"""Tables whose rows are somebody."""

SUBJECTS: Final = _words("""
    customer client patient member user person subscriber student guest account tenant policyholder borrower citizen
    applicant passenger donor participant beneficiary cardholder buyer kunde mitglied patientin schueler gast benutzer
    klant cliente utilisateur usuario paciente alumno utente persona personne people""")
"""Of them, those whom a business keeps data about; the others are those who keep it."""

THINGS: Final = _words("""
    product item article category subcategory genre brand country region state territory city language currency type
    kind status media mediatype format playlist track album song movie film book publisher series episode department
    division team project task tag label role permission group plan package service feature warehouse store shop
    branch location part partsupp nation material color size unit course subject class room building asset vehicle
    equipment machine event channel campaign template menu dish recipe ingredient inventory stock price tax rate
    setting option config migration version schema calendar holiday season sport game league artikel produkt kategorie
    produit categorie producto categoria articulo prodotto articolo""")
"""Tables whose rows are nobody: a name in them is the name of a thing."""

LETTERS: Final = _words("""
    ticket message mail email post comment review issue case complaint request chat conversation thread feedback
    survey answer question letter note memo inquiry enquiry reply document attachment nachricht anfrage beschwerde
    notiz mensaje commentaire avis article news blog""")
"""Tables that hold what somebody wrote."""

DEALS: Final = _words("""
    order invoice line lineitem detail sale purchase transaction payment refund shipment delivery booking reservation
    rental contract subscription cart basket address log history audit entry record session transfer account claim
    bestellung rechnung auftrag zahlung commande facture pedido factura ordine fattura""")
"""Tables that hold what people and things have to do with each other."""

SENSITIVE: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "health": _words("""
            patient diagnosis diagnose medical medication prescription treatment therapy visit encounter admission lab
            laboratory observation vaccination allergy symptom vital surgery procedure clinical health befund
            behandlung krankheit rezept"""),
        "salary": _words("payroll payslip pay salaries salary wage compensation paycheck gehalt lohn nomina paie"),
        "secret": _words("credential secret token password apikey session oauth keyring vault"),
        "legal": _words("conviction offence offense arrest lawsuit"),
    }
)
"""Tables that are about one thing: what is not known in them is taken for it."""

NEUTRAL: Final = _words("""
    name nm customer cust client user usr member employee emp staff person contact billing bill shipping ship delivery
    home work office private personal business primary secondary main alt alternate alternative other second old new
    current previous former my our your his her parent child mother father the of de du des del la le les el di der
    die das von van for to in by and or a an pri sec prim tmp temp raw full short long line str field value col column
    tbl table dim fact stg src hist kunden kunde mitarbeiter benutzer firmen order invoice payment support sales rep
    emergency reply from cc bcc sender receiver recipient last first middle login register signup reset verify profile
    public encrypted hashed masked plain clear normalized lower upper canonical unique external internal legacy
    default""")
"""Words that names are made of beside those above, to take glued names apart."""
