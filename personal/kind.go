package personal

import (
	"strings"
)

// kind is what a column may hold of a person.
type kind struct {
	// phrases are the names that it has, each of one word or more, in English, German, French, Spanish and Portuguese.
	phrases string
	types   family
	masks   []Candidate // what may stand in its place, the best first
}

// family is a set of the types that a kind may have.
type family uint8

const (
	textual family = 1 << iota // text, and what the catalog does not know
	number
	day
	address // inet, cidr, macaddr
	label   // enums
)

// Candidate is a mask as a file names it.
type Candidate struct {
	Fake     bool // fake: name, else mask: name
	Name     string
	Settings any // nil, a text, a number, or a list of them
}

func fakes(names ...string) []Candidate {
	var all []Candidate
	for _, name := range names {
		all = append(all, Candidate{Fake: true, Name: name})
	}
	return all
}

func masks(name string, settings any) []Candidate {
	return []Candidate{{Name: name, Settings: settings}}
}

// kinds are all that is looked for by name. Of two phrases the longer one counts.
var kinds = []kind{
	{`email; e mail; mail; emails; email address; e mail address; mail address; emailaddress; mailaddress; emailadresse; mailadresse; email adresse;
		mail adresse; adresse email; adresse mail; adresse electronique; courriel; mel; correo; correo electronico; correo e; direccion email;
		endereco email; endereco de email`, textual, fakes("email")},
	{`phone; phones; telephone; tel; mobile; cellphone; cell phone; cell number; cellular; fax; msisdn; whatsapp; phone number; phone no; phonenumber;
		telephone number; mobile number; mobilenumber; mobile phone; mobilephone; fax number; faxnumber; telefon; telefonnummer; telefon nummer; telefonnr;
		handy; handynummer; handynr; mobil; mobilnummer; mobiltelefon; rufnummer; festnetz; telefax; faxnummer; portable; numero de telephone; numero telephone;
		telefono; numero de telefono; movil; celular; telefone; telemovel; numero de telefone; fijo`, textual | number, fakes("phone")},
	{`first name; firstname; first names; given name; givenname; given names; forename; fname; christian name; second name; vorname; vornamen; rufname; prenom; prenoms;
		primer nombre; segundo nombre; nombre de pila; nombres; primeiro nome; nome proprio`, textual, fakes("first_name")},
	{`middle name; middlename; zweiter vorname; deuxieme prenom; nome do meio`, textual, fakes("middle_name")},
	{
		`last name; lastname; last names; surname; surnames; family name; familyname; lname; maiden name; maidenname; birth name; birthname; nachname; nachnamen; familienname;
		zuname; geburtsname; madchenname; maedchenname; nom de famille; nom famille; nomfamille; nom usage; nom d usage; nom de naissance; nom naissance; nom de jeune fille; apellido; apellidos;
		primer apellido; segundo apellido; apellido paterno; apellido materno; sobrenome; apelido; ultimo nome; nome de familia; nome da mae; nome do pai; nome mae; nome pai`,
		textual, fakes("last_name"),
	},
	{`full name; fullname; real name; realname; contact name; preferred name; nickname; nick name; nick; person name; personal name;
		name on card; card holder; cardholder; cardholder name; card holder name; account holder; accountholder; account holder name; kontoinhaber; karteninhaber; ansprechpartner; ansprechpartnerin; vollname;
		vollstandiger name; spitzname; nom complet; nomcomplet; nom prenom; surnom; titulaire; nombre completo; nombrecompleto; apodo; nombre y apellidos; nome completo; nomecompleto; alcunha;
		titular; nome social; next of kin; emergency contact; contact person; signatory`, textual, fakes("name")},
	{`initials; initialen`, textual, fakes("initials")},
	{`username; user name; login; loginname; login name; screen name; screenname; handle; benutzername; nutzername; anmeldename; nom utilisateur; nom d utilisateur; identifiant;
		nombre de usuario; nombre usuario; nome de usuario; nome usuario; nome de utilizador; user login; account name`, textual, fakes("username")},
	{
		`twitter; facebook; instagram; linkedin; skype; telegram; tiktok; mastodon; xing; twitter handle; facebook id; google id; apple id; linkedin id; twitter id; discord; snapchat; wechat; social handle`,
		textual, fakes("handle"),
	},
	{`address; addr; addresses; address line; addressline; postal address; home address; mailing address; adresse; adressen; anschrift; adresszeile; adresse postale; direccion; domicilio; endereco; morada;
		complemento; formatted address; full address`, textual, fakes("address", "street")},
	{
		`street; street name; streetname; street address; streetaddress; street line; strasse; strassenname; str nr; strasse nr; strasse hausnummer; rue; voie; nom de rue; nom rue; calle; avenida; rua; logradouro`,
		textual, fakes("street"),
	},
	{`house number; housenumber; house no; street number; streetnumber; hausnummer; hausnr; haus nr; numero de rue; numero rue; numero de casa; numero casa; door number; apartment; apartment number`, textual | number, fakes("house_number")},
	{`postcode; post code; postal code; postalcode; zip; zipcode; zip code; pincode; pin code; plz; postleitzahl; code postal; codepostal; codigo postal; codigopostal; cep`, textual | number, append(fakes("postcode"), Candidate{true, "integer", []any{10000, 99999}})},
	{`city; town; home town; hometown; village; ort; wohnort; stadt; ville; commune; localite; ciudad; localidad; poblacion; cidade; municipio; bairro; birth place; birthplace; place of birth; city of birth; geburtsort;
		lieu de naissance; lieu naissance; lugar de nacimiento; local de nascimento; naturalidade`, textual, fakes("city")},
	{
		`birthday; birth day; birthdate; birth date; date of birth; dateofbirth; dob; birth; born; born on; born at; birth year; year of birth; geburtsdatum; geburtstag; geburtsjahr; geboren; geboren am; gebdatum; geb datum; date de naissance; date naissance;
		datenaissance; naissance; ne le; fecha de nacimiento; fecha nacimiento; fechanacimiento; nacimiento; data de nascimento; data nascimento; datanascimento; nascimento; date of death; death date; deathdate; sterbedatum; todesdatum`,
		day | textual | number, append(fakes("birthdate", "year"), masks("truncate_date", "year")...),
	},
	{`age; alter; lebensalter; edad; idade`, number | textual, fakes("age")},
	{`gender; sex; geschlecht; anrede; salutation; honorific; name prefix; sexe; civilite; sexo; genero; tratamiento; tratamento; pronouns; gender identity`, textual | label | number, fakes("gender")},
	{`ssn; social security; social security number; socialsecuritynumber; national id; nationalid; national id number; national identity number; national insurance number; nino; identity number; identity card; id card; id card number; passport; passport number;
		passport no; passportnumber; tax id; taxid; tax number; tax identification number; tin; itin; drivers license; driver license; driver license number; drivers license number; driving licence; driving licence number; licence number;
		license number; license plate; licence plate; number plate; medical record number; mrn; steuernummer; steuer nummer; steuerid; steuer id; steueridentifikationsnummer; sozialversicherungsnummer; svnr; sv nummer; sv nr; rentenversicherungsnummer;
		krankenversicherungsnummer; versichertennummer; ausweisnummer; ausweis nr; personalausweis; personalausweisnummer; reisepass; reisepassnummer; fuehrerschein; fuhrerschein; fuhrerscheinnummer; kennzeichen; kfz kennzeichen; personalnummer;
		nir; numero de securite sociale; numero securite sociale; securite sociale; num secu; carte identite; passeport; numero de passeport; permis de conduire; plaque immatriculation; dni; nif; nie; curp; nss; numero de seguridad social; seguridad social; pasaporte; cedula; matricula;
		documento de identidad; cpf; rg; passaporte; cnh; titulo de eleitor; cartao de cidadao; numero de contribuinte; contribuinte`, textual | number, append(fakes("ssn"), masks("token", nil)...)},
	{`iban; iban number; bank account iban`, textual, fakes("iban")},
	{`bank account; bankaccount; bank account number; account number; accountnumber; account no; routing number; sort code; kontonummer; kontonr; konto nr; bankverbindung; numero de compte; numero compte; compte bancaire; rib; cuenta bancaria; numero de cuenta; numero cuenta; clabe;
		conta bancaria; numero da conta; chave pix`, textual | number, append(fakes("bank_account"), masks("token", nil)...)},
	{`card number; cardnumber; card no; credit card; creditcard; credit card number; creditcardnumber; cc number; ccnumber; debit card; kreditkarte; kreditkartennummer; kartennummer; carte bancaire; carte bleue; numero de carte; numero carte; tarjeta; numero de tarjeta; numero tarjeta;
		cartao; cartao de credito; numero do cartao; numero cartao`, textual | number, append(fakes("card"), masks("token", nil)...)},
	{`cvv; cvc; card cvv; card cvc; security code`, textual | number, fakes("card_cvv")},
	{`ip; ip address; ipaddress; ip addr; ipaddr; ip v; ipv; remote addr; remoteaddr; remote address; ip adresse; ipadresse; adresse ip; direccion ip; endereco ip`, textual | address, fakes("ipv4", "ipv6")},
	{`mac address; macaddress; mac addr; mac adresse`, textual | address, fakes("mac")},
	{`user agent; useragent`, textual, fakes("user_agent")},
	{`imei; imsi; device id; deviceid; device token; advertising id; idfa; gaid; cookie; cookie id; browser fingerprint; device fingerprint; push token`, textual | number, masks("token", nil)},
	{`password; passwd; pwd; passwort; passphrase; kennwort; mot de passe; motdepasse; mdp; contrasena; contrasenya; senha; palavra passe; password hash; passwordhash; password digest; passworddigest; password salt; encrypted password; hashed password;
		secret; secret key; client secret; api key; apikey; private key; privatekey; access token; accesstoken; refresh token; refreshtoken; auth token; authtoken; session token; reset token; confirmation token; remember token; token; otp; otp secret; totp; pin; recovery code; recovery codes; backup codes;
		geheimnis; jeton`, textual, append(masks("hash", nil), fakes("password")...)},
	{`session key; session id; sessionid; session data`, textual, masks("hash", nil)},
	{`latitude; lat; breitengrad; latitud; geo lat`, textual | number, fakes("latitude")},
	{`longitude; lng; lon; laengengrad; langengrad; longitud; geo lng; geo lon`, textual | number, fakes("longitude")},
	{`geolocation; geo location; coordinates; coords; gps; gps location; home location; last location; standort; koordinaten; ubicacion; localizacao; coordenadas`, textual, nil},
	{`blood type; blood group; bloodtype; blutgruppe; groupe sanguin; grupo sanguineo; tipo sanguineo; diagnosis; diagnoses; diagnose; diagnostic; diagnostico; medication; medications; medikament; medikamente; allergy; allergies; allergien; disability; behinderung; health insurance; krankenkasse; health condition; medical history;
		religion; konfession; religione; ethnicity; ethnic group; nationality; citizenship; nationalitat; staatsangehorigkeit; nationalite; nacionalidad; nacionalidade; marital status; maritalstatus; familienstand; situation familiale; etat civil; estado civil; sexual orientation; orientation sexuelle; political party; party affiliation;
		trade union; gewerkschaft`, textual | label | number, nil},
	{`salary; income; annual income; wage; wages; net worth; credit score; gehalt; lohn; einkommen; salaire; revenu; salario; sueldo; ingresos; renda`, number | textual, masks("noise", 20)},
	{`job title; jobtitle; occupation; profession; employer; beruf; arbeitgeber; metier; employeur; profesion; ocupacion; empleador; profissao; ocupacao; empregador`, textual, fakes("job_title")},
	{`avatar; avatar url; photo; photo url; photos; profile picture; profile image; profile photo; profile url; profilbild; passbild; foto; signature; unterschrift; firma digital; assinatura`, textual, append(fakes("url"), masks("null", nil)...)},
	{`note; notes; comment; comments; remark; remarks; bio; biography; about me; memo; message; messages; free text; freetext; feedback; private notes; bemerkung; bemerkungen; notiz; notizen; kommentar; kommentare; anmerkung; anmerkungen; nachricht;
		freitext; commentaire; commentaires; remarque; remarques; comentario; comentarios; observacion; observaciones; mensaje; observacao; observacoes; mensagem; biografia`, textual, masks("lorem", nil)},
}

// nameWords mean a name, which is a person's only where the words beside it, or the table, mean somebody.
var nameWords = set("name names namen nom noms nombre nome")

// people are words that mean somebody, in the singular.
var people = set(`user person people customer client contact employee member patient student pupil teacher author owner guest visitor passenger driver subscriber recipient sender receiver
	applicant candidate lead buyer staff worker child children parent spouse father mother guardian doctor physician player actor beneficiary holder payer payee manager signer attendee participant voter donor reporter
	citizen resident caller victim witness insured debtor creditor borrower lender nurse coach trainer traveler traveller shopper consumer cardholder accountholder
	kunde kund benutzer nutzer mitarbeiter mitglied mitglieder patient schuler schueler lehrer autor inhaber besitzer ansprechpartner empfanger empfaenger absender fahrer bewerber kontakt gast gaste kind vater mutter angestellter angestellte burger buerger
	mieter vermieter versicherter teilnehmer besucher spender kaufer kaeufer
	utilisateur utilisatrice personne employe salarie membre eleve etudiant auteur proprietaire destinataire expediteur mere pere enfant conjoint locataire adherent beneficiaire assure
	usuario cliente persona empleado miembro paciente alumno estudiante autor propietario contacto padre madre hijo titular remitente destinatario huesped inquilino
	utilizador pessoa funcionario membro aluno estudante proprietario contato pai mae filho passageiro motorista inquilino`)

// qualifiers stand before what is a person's, in one word with it or apart.
var qualifiers = set(`billing shipping delivery invoice work home private personal business office primary secondary alternate alt backup contact emergency old new my
	rechnungs liefer lieferungs privat geschafts dienst firmen kunden haupt kontakt absender empfanger versand`)

// styles stand before a name word, and say which name of its bearer it is.
var styles = set("display legal public short long preferred")

// addressWords mean an address, also as the end of a table's last word: "useraddress".
var addressWords = []string{"address", "adresse", "anschrift", "direccion", "endereco", "morada"}

// ofAddresses is what columns of a table of addresses are called that mean anything elsewhere.
var ofAddresses = map[string][]Candidate{
	"line": fakes("street"), "line one": fakes("street"), "line two": fakes("address_unit"), "zeile": fakes("street"), "ligne": fakes("street"), "linea": fakes("street"), "linha": fakes("street"), "search text": fakes("address"),
	"state": fakes("state"), "province": fakes("state"), "provincia": fakes("state"), "estado": fakes("state"), "region": fakes("state"), "county": fakes("state"), "district": fakes("city"), "number": fakes("house_number"),
}

// bearers stand before a name word, and mean that somebody is named.
var bearers = set("billing shipping delivery contact emergency invoice")

// particles join two nouns.
var particles = set("de du des d da do del della dos das el la le l y")

// topics are words behind a phrase that make of it something said about it: whether an address was verified, and not the address.
var topics = set(`id ids key keys type types kind status count counts total at on time verified confirmed confirmation confirmations valid validated validation enabled disabled allowed required optional template templates
	format provider providers server host domain domains subject sent opened bounced opt optin optout subscribed subscription notification notifications frequency preference preferences settings setting flag flags attempts
	limit length version model brand category label level rank order position index size width height color colour class code codes language lang locale zone source campaign list lists field fields column columns pattern
	regex policy expires expiry expiration expired changed updated created rule rules mode group groups queue job event events log page link layout style theme icon count factor range per
	typ art anzahl sprache vorlage gultig bestatigt verifie envoye cantidad tipo estado enviado`)

// others are words before a phrase that make of it something else: where a program stands, and not a person.
var others = set(`max min avg average default num count number cache error log commit exception system debug web memory base start end host server url http https network contract credit debit file release exit return
	csrf xsrf smtp dns gateway subnet bus`)

// after are words at a table's end that say which of its like it is.
var after = set("old new tmp temp backup bak copy history archive archived table tbl data info details profile profiles record records view v")

// phrases are those of kinds, by their words, with a blank between.
var phrases, longestPhrase = func() (map[string]*kind, int) {
	all, most := map[string]*kind{}, 0
	for i := range kinds {
		for phrase := range strings.SplitSeq(kinds[i].phrases, ";") {
			parts := strings.Fields(phrase)
			all[strings.Join(parts, " ")] = &kinds[i]
			most = max(most, len(parts))
		}
	}
	return all, most
}()
