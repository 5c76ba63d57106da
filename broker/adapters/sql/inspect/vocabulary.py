"""How columns and tables are called in the languages that schemas are written in: words to guess by.

A phrase is words that stand side by side in a name, accents taken off. To know more names, add them here.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

Phrase = tuple[str, ...]


def phrases(text: str) -> frozenset[Phrase]:
    return frozenset(tuple(phrase.split()) for phrase in text.replace("\n", " ").split(",") if phrase.split())


CLASSES: Final[Mapping[str, frozenset[Phrase]]] = MappingProxyType(
    {
        "email": phrases("""
            email, e mail, mail, mails, emails, mailadresse, eml, correo, correo electronico, courriel, adresse mail,
            email address, mail address, email adresse, e mail address, posta elettronica"""),
        "phone": phrases("""
            phone, phones, telephone, tel, telefon, telefono, telefone, telefonnummer, telefoonnummer, telefoon, fax,
            telefax, faxnummer, mobile, mobil, mobiltelefon, movil, celular, cell, cellphone, cellulare, handy, gsm,
            msisdn, whatsapp, fon, rufnummer, ph, mob, portable, cell number, mobile number, phone number, extension,
            durchwahl, call number, caller"""),
        "person": phrases("""
            first name, last name, full name, given name, family name, middle name, maiden name, real name, legal
            name, display name, contact name, holder name, card holder, cardholder, name on card, firstname, lastname,
            fullname, surname, forename, givenname, familyname, fname, lname, mname, initials, first nm, last nm,
            first, last, middle, vorname, nachname, familienname, geburtsname, rufname, prenom, nom, nom de famille,
            nombre, nombres, apellido, apellidos, cognome, nome, sobrenome, primeiro nome, voornaam, achternaam, imie,
            nazwisko, fornavn, etternavn, efternavn, fornamn, efternamn, contact, contact person, ansprechpartner,
            recipient, recipient name, empfaenger, addressee, sender name, attention, attn, ship name, bill name,
            billing name, shipping name, delivery name, author, autor, auteur, autore, composer, signed by, signature,
            salutation, anrede, courtesy, title of courtesy, honorific, gender, sex, geschlecht, sexe, sexo, sesso,
            marital, marital status, spouse, partner name, next of kin, guardian, emergency contact, nationality,
            staatsangehoerigkeit, nickname, maiden, beneficiary, payee, debtor, creditor, guest name, witness, clerk,
            made by, approved by, assigned to, assignee, reporter, manager, patient, passenger, driver"""),
        "internal": phrases("""
            job title, jobtitle, contact title, occupation, profession, beruf, berufsbezeichnung, metier, puesto,
            cargo, professione, job, position title"""),
        "username": phrases("""
            user name, username, login, login name, user login, userid, screen name, screenname, nick, handle, account
            name, benutzername, benutzer, identifiant, usuario, nombre de usuario, utente, gebruikersnaam, skype,
            twitter, github, slack, telegram, instagram, facebook, linkedin, principal, uname, sam account name, upn,
            created by, updated by, modified by, changed by, edited by, owner name"""),
        "address": phrases("""
            address, adress, addresses, addr, street, street name, street address, address line, house number, house
            no, hausnummer, hausnr, apartment, flat, strasse, str, anschrift, adresse, rue, voie, calle, direccion,
            domicilio, via, indirizzo, endereco, rua, adres, straat, huisnummer, ulica, adresa, gata, vej, wohnort,
            residence, po box, ship to, bill to, line 1, line 2, address 1, address 2, landmark"""),
        "postcode": phrases("""
            cp, zip, zip code, zipcode, post code, postcode, postal, postal code, postalcode, postleitzahl, plz, cap,
            cep, code postal, codigo postal, pincode, postnummer, eircode"""),
        "location": phrases("""
            city, town, village, suburb, district, county, province, prefecture, ort, stadt, bundesland, landkreis,
            ville, commune, departement, ciudad, provincia, municipio, localidad, citta, comune, cidade, bairro,
            plaats, woonplaats, miasto, latitude, longitude, lat, lon, lng, long, coordinates, coords, gps, geo, geom,
            geolocation, location, place of birth, birth place, birthplace, geburtsort, lieu de naissance, position
            lat, timezone, time zone"""),
        "country": phrases("country, country code, country name, land, laenderkuerzel, pays, pais, paese, kraj"),
        "company": phrases("""
            company, company name, firm, firma, firmenname, firmenbezeichnung, employer, arbeitgeber, organisation,
            organization, org, org name, organisation name, organization name, business, business name, empresa,
            societe, raison sociale, entreprise, azienda, ragione sociale, bedrijf, bedrijfsnaam, vendor, vendor name,
            supplier, supplier name, lieferant, manufacturer, hersteller, brand owner, bank name, carrier, shipper"""),
        "language": phrases("language, lang, locale, sprache, langue, idioma, lingua, taal, language code, iso 639"),
        "dob": phrases("""
            birth, birthday, birth date, birthdate, date of birth, dob, bday, birth year, year of birth, born, born
            on, geburtsdatum, geburtstag, geb datum, naissance, date de naissance, nacimiento, fecha de nacimiento,
            nascita, data di nascita, nascimento, data de nascimento, geboortedatum, geboren, fodselsdato, fodselsdag,
            age, alter, edad, eta, idade"""),
        "date": phrases("""
            death date, deathdate, hire date, hired, hired on, hire dt, employment date, start of employment,
            eintritt, eintrittsdatum, termination date, terminated, left company, death, date of death, deceased,
            died, wedding, anniversary, married on, retired on, retirement date, admission date, discharge date"""),
        "tax-id": phrases("""
            tax id, tax no, tax nr, tax number, tax code, taxid, taxnumber, tin, itin, ein, vat, vat id, vat no, vat
            number, vatid, ust id, ustid, ust idnr, umsatzsteuer id, steuernummer, steuer id, steuer nr, steuerid,
            idnr, gst number, gstin, abn, siret, siren, codice fiscale, partita iva, piva, nif, cif, cnpj, rfc, numero
            fiscal, nip, tva, numero tva, iva, btw nummer, tax identification"""),
        "national-id": phrases("""
            ssn, social security, social security number, socialsecurity, social insurance, sin number, sv nummer,
            sozialversicherungsnummer, svnr, nino, national insurance, national id, national number, nationalid, bsn,
            pesel, dni, nie, curp, cpf, rg, aadhaar, aadhar, pan number, personnummer, personal number,
            personalausweis, ausweis, ausweisnummer, cpr, nric, hkid, id card, identity card, identity number,
            identity, id number, id no, identification number, numero de identidad, carte d identite, insee, nir,
            numero securite sociale, government id, citizen id, resident id, emirates id, rodne cislo"""),
        "passport": phrases("""
            passport, passport number, passport no, pass nummer, passnummer, reisepass, passeport, pasaporte,
            passaporto, paspoort, pass no, travel document, visa number"""),
        "driver-licence": phrases("""
            driver licence, driver license, drivers licence, drivers license, driving licence, driving license, dl
            number, dl no, license no, license number, licence no, licence number, fuehrerschein, fuehrerscheinnummer,
            permis de conduire, licencia de conducir, patente"""),
        "licence-plate": phrases("""
            licence plate, license plate, plate, plate number, number plate, kennzeichen, kfz kennzeichen,
            nummernschild, immatriculation, plaque, matricula, targa, kenteken, vin, vehicle identification number,
            fahrgestellnummer, registration plate"""),
        "iban": phrases("iban, iban number, iban nr, iban no"),
        "bank-account": phrases("""
            konto inhaber, kontoinhaber, titulaire, titular, account, account number, account no, account nr, acct,
            acct no, acct num, accountnumber, bank account, bank, bic, swift, swift code, routing number, routing no,
            aba, sort code, sortcode, kontonummer, konto, blz, bankleitzahl, bankverbindung, compte, rib, cuenta,
            clabe, conto, conto corrente, conta, bsb, account holder, sepa mandate, mandate reference, ach, wallet,
            wallet address, bitcoin address"""),
        "card": phrases("""
            card, cards, cc, pan, credit card, creditcard, card number, cardnumber, card no, card nr, cc number, cc
            num, ccnum, cc no, debit card, cvv, cvv2, cvc, cvc2, card code, security code, card expiry, cc exp, exp
            month, exp year, kreditkarte, kreditkartennummer, kartennummer, karte, carte, numero carte, tarjeta,
            numero de tarjeta, carta, carta di credito, cartao, amex, maestro, last4, last 4, last four"""),
        "salary": phrases("""
            salary, salaries, wage, wages, pay, payroll, base pay, pay rate, hourly rate, hourly wage, income,
            earnings, compensation, bonus, gross pay, net pay, remuneration, stipend, gehalt, grundgehalt, lohn,
            bruttolohn, nettolohn, stundenlohn, einkommen, verdienst, salaire, remuneracion, salario, sueldo, nomina,
            stipendio, retribuzione, loon, salaris, pension, sal, comp, severance"""),
        "money": phrases("""
            balance, acct bal, account balance, saldo, kontostand, solde, credit limit, credit line, credit score,
            credit rating, kreditlimit, kreditrahmen, debt, debts, schulden, net worth, wealth, vermoegen, assets,
            mortgage, loan amount, overdraft, acctbal, schufa, fico, bonitaet"""),
        "health": phrases("""
            diagnosis, diagnoses, diagnose, diagnostic, icd, icd10, icd code, disease, illness, krankheit, condition,
            medical condition, symptom, symptoms, allergy, allergies, allergie, medication, medications, medicine,
            medikament, drug, dosage, dose, prescription, rezept, therapy, therapie, treatment, behandlung, blood
            type, blood group, blutgruppe, blood pressure, heart rate, bmi, body weight, body height, disability,
            disabled, behinderung, handicap, pregnant, pregnancy, schwanger, vaccination, vaccine, impfung, hiv,
            medical record, medical history, mrn, health insurance, krankenkasse, krankenversicherung,
            versichertennummer, nhs number, lab result, befund, anamnese, enfermedad, maladie, malattia, diagnostico,
            sick leave, sick days, mental, smoker, insulin, cholesterol, glucose, sante, salud, health"""),
        "biometric": phrases("""
            biometric, biometrics, fingerprint, finger print, fingerabdruck, iris, retina, face template, face
            encoding, face embedding, face vector, voice print, voiceprint, dna, genome, genetic, palm print"""),
        "belief": phrases("""
            religion, religious, faith, confession, konfession, kirche, kirchensteuer, church, belief, ethnicity,
            ethnic, race, ethnie, rasse, caste, tribe, political, politics, party membership, political party, union,
            trade union, gewerkschaft, syndicat, sindicato, sexual orientation, orientation, sexuality, philosophy"""),
        "legal": phrases("""
            criminal, criminal record, conviction, convictions, offence, offense, crime, arrest, vorstrafe,
            vorstrafen, fuehrungszeugnis, lawsuit, court case, aktenzeichen, verdict, sentence, probation,
            antecedentes, casier judiciaire, background check, sanction, insolvency"""),
        "secret": phrases("""
            password, passwords, passwd, pwd, passphrase, passcode, pass, pw, pswd, secret, secrets, token, tokens,
            access token, refresh token, api key, apikey, api token, api secret, access key, secret key, private key,
            privatekey, public key, signing key, encryption key, license key, hash, hashed, pw hash, password hash,
            salt, credential, credentials, auth, auth key, authkey, otp, totp, mfa, two factor, twofactor, pin, pin
            code, puk, cookie, session, session key, session id, sessionid, sid, csrf, nonce, seed, mnemonic, recovery
            code, recovery, backup code, security answer, security question, secret answer, client secret, connection
            string, dsn, webhook, bearer, jwt, cipher, encrypted, verification code, reset code, confirmation code,
            activation code, activation key, invite code, kennwort, passwort, geheimnis, geheim, zugangsdaten, mot de
            passe, motdepasse, mdp, clave, contrasena, contrasenia, senha, segredo, parola, parola chiave, wachtwoord,
            haslo, losenord, passord"""),
        "ip": phrases("""
            ip, ips, ip address, ip addr, ipaddress, ipaddr, ipv4, ipv6, remote addr, remote address, client ip, last
            ip, login ip, source ip, host ip, peer, x forwarded for, forwarded for, subnet"""),
        "device": phrases("""
            ua, device, device id, device token, deviceid, device name, imei, imsi, iccid, sim, mac, mac address,
            macaddr, hardware id, hwid, serial, serial number, serial no, serialnumber, seriennummer, udid, idfa,
            gaid, advertising id, ad id, user agent, useragent, browser, agent string, host name, hostname, machine,
            visitor id, client id cookie, device fingerprint"""),
        "url": phrases("""
            url, urls, uri, link, links, href, website, web site, web page, webpage, homepage, home page, site, page
            url, web, webseite, blog, avatar, avatar url, photo url, photo path, image path, image url, picture url,
            profile url, referrer, referer, landing page, permalink, domain, file path, path, attachment, filename,
            file name, dateiname"""),
        "free-text": phrases("""
            note, notes, comment, comments, body, description, desc, descr, message, messages, msg, text, content,
            contents, remark, remarks, memo, memos, bio, biography, about, about me, feedback, review, reviews,
            reason, reasons, summary, abstract, details, detail, excerpt, explanation, instructions, instruction,
            special instructions, question, answer, reply, response, request, transcript, conversation, chat,
            narrative, subject, headline, resume, cv, cover letter, history, observations, observation, complaint,
            wish, bemerkung, bemerkungen, kommentar, kommentare, notiz, notizen, anmerkung, beschreibung, nachricht,
            inhalt, betreff, begruendung, hinweis, freitext, zusatz, verwendungszweck, commentaire, commentaires,
            remarque, remarques, objet, contenu, texte, descripcion, comentario, comentarios, nota, notas,
            observacion, observaciones, mensaje, texto, asunto, descrizione, commento, commenti, osservazioni,
            messaggio, testo, oggetto, descricao, observacao, mensagem, opmerking, opmerkingen, omschrijving, bericht,
            uwagi, opis, payload, raw, data, json, xml, html, extra, metadata, meta, attributes, properties, params,
            log, trace, error, error message, stacktrace, query, sql, prompt, value, old value, new value, changes,
            diff, narration, purpose of payment, payment reference, statement descriptor, greeting, gift message"""),
        "image": phrases(
            "image, images, photo, photos, picture, pictures, pic, portrait, foto, bild, imagen, immagine"
        ),
        "audio": phrases("audio, voice, recording, sound, aufnahme, voicemail"),
    }
)
