"""The checkable facts of a text, in Italian and English first: what is found, in which form, and what is left alone."""

from datetime import date

import pytest
from babel.dates import get_month_names
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from qa.atoms import find_atoms


def found(text: str, language: str = "it", reference: str | None = None, kind: str | None = None) -> list[str]:
    return [atom.value for atom in find_atoms(text, language, reference) if kind in (None, atom.kind)]


def dates(text: str, language: str = "it", reference: str | None = None) -> list[str]:
    return found(text, language, reference, "date")


def numbers(text: str, language: str = "it") -> list[str]:
    return found(text, language, kind="number")


def names(text: str, language: str = "it") -> list[str]:
    return found(text, language, kind="name")


def ordinals(text: str, language: str = "it") -> list[str]:
    return found(text, language, kind="ordinal")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("il 7 maggio 2017", ["2017-05-07"]),
        ("Il 7 Maggio 2017", ["2017-05-07"]),
        ("mercoledì 3 marzo 2021", ["2021-03-03"]),
        ("1° maggio 2017", ["2017-05-01"]),
        ("1º maggio", ["--05-01"]),
        ("il primo maggio", ["--05-01"]),
        ("il sette maggio 2017", ["2017-05-07"]),
        ("il diciannove maggio", ["--05-19"]),
        ("il sei maggio", ["--05-06"]),
        ("dicembre 2020", ["2020-12"]),
        ("nel giugno del 2022", ["2022-06"]),
        ("a dicembre", ["--12"]),
        ("Agosto", ["--08"]),
        ("24 gennaio", ["--01-24"]),
        ("9 feb 2021", ["2021-02-09"]),
        ("feb. 2021", ["2021-02"]),
        ("32 gennaio 2020", ["2020-01"]),
        ("da agosto 2014 a giugno 2016", ["2014-08", "2016-06"]),
        ("12 e 13 maggio", ["--05-12", "--05-13"]),
        ("dal 12 al 15 maggio 2017", ["2017-05-12", "2017-05-15"]),
        ("tra il 3 e il 5 marzo", ["--03-03", "--03-05"]),
        ("il 7 di maggio", ["--05-07"]),
        ("classe '64", ["1964"]),
        ("2016 spettatori nel 2016", ["2016"]),
        ("il 2021, ore 18", ["2021"]),
        ("12-15 maggio", ["--05-12", "--05-15"]),
        ("10 gennaio-15 marzo", ["--01-10", "--03-15"]),
        ("a maggio 12 gol", ["--05"]),
        ("07-05-2017", ["2017-05-07"]),
        ("7/5/2017", ["2017-05-07"]),
        ("07.05.17", ["2017-05-07"]),
        ("9/2/21", ["2021-02-09"]),
        ("9/2/86", ["1986-02-09"]),
        ("2017-05-07", ["2017-05-07"]),
        ("2017-05-07T20:45:00", ["2017-05-07"]),
        ("date 2021-02", ["2021-02"]),
        ("OMNISPORT | 09-02-2021 18:18", ["2021-02-09"]),
        ("２０１７", ["2017"]),
        ("٧ maggio ٢٠١٧", ["2017-05-07"]),
        ("7\u00a0maggio\u00a02017", ["2017-05-07"]),
        ("7 maggio\n2017", ["2017-05-07"]),
        ("nel 1986", ["1986"]),
        ("(2017)", ["2017"]),
        ("Nel 2017, infine", ["2017"]),
        ("dal 1986 al 1991", ["1986", "1991"]),
        ("nel '98", ["1998"]),
        ("l'estate ’06", ["2006"]),
        ("negli anni '90", ["199x"]),
        ("anni 80", ["198x"]),
        ("degli anni Novanta", ["199x"]),
        ("anni '10", []),
    ],
)
def test_italian_dates(text, expected):
    assert dates(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7 May 2017", ["2017-05-07"]),
        ("May 7, 2017", ["2017-05-07"]),
        ("May 7th, 2017", ["2017-05-07"]),
        ("May 7", ["--05-07"]),
        ("the 7th of May", ["--05-07"]),
        ("the seventh of May", ["--05-07"]),
        ("the twenty-first of June", ["--06-21"]),
        ("On March 3", ["--03-03"]),
        ("in May", ["--05"]),
        ("until March", ["--03"]),
        ("mid-May", ["--05"]),
        ("May 2017", ["2017-05"]),
        ("9/21/2021", ["2021-09-21"]),
        ("Feb 2021", ["2021-02"]),
        ("the 1990s", ["199x"]),
        ("the '90s", ["199x"]),
        ("the nineties", ["199x"]),
        ("in '98", ["1998"]),
        ("7 maggio 2017", ["2017-05-07"]),
        ("It may rain", []),
        ("They march on", []),
        ("Theresa May", []),
        ("May Day", []),
        ("the 7th", []),
    ],
)
def test_english_dates(text, expected):
    assert dates(text, "en") == expected


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("le 1er mai 2017", "fr", ["2017-05-01"]),
        ("en mars", "fr", ["--03"]),
        ("la planète Mars", "fr", []),
        ("juin prochain", "fr", ["2021-06"]),
        ("el 7 de mayo de 2017", "es", ["2017-05-07"]),
        ("el próximo junio", "es", ["2021-06"]),
        ("am 7. Mai 2017", "de", ["2017-05-07"]),
        ("im nächsten Juni", "de", ["2021-06"]),
        ("7 de março de 2017", "pt", ["2017-03-07"]),
        ("Marco Silva", "pt", []),
        ("7 maggio 2017", "ja", ["2017-05-07"]),
    ],
)
def test_dates_in_other_languages(text, language, expected):
    assert dates(text, language, "2021-02-09") == expected


@pytest.mark.parametrize(
    "text", ["Marco van Basten", "Mai scelta fu migliore", "non ha mai perso", "3 set a 1", "mar Nero"]
)
def test_words_that_are_months_elsewhere_are_none_in_italian(text):
    assert dates(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("la stagione 2016-17", ["2016/2017"]),
        ("2016/17", ["2016/2017"]),
        ("2016-'17", ["2016/2017"]),
        ("2016-2017", ["2016/2017"]),
        ("2016 – 2017", ["2016/2017"]),
        ("1999-00", ["1999/2000"]),
        ("2010-11", ["2010/2011"]),
        ("dal 1986-1991", ["1986/1991"]),
        ("1986-91", ["1986/1991"]),
        ("2021-02", ["2021-02"]),
        ("2010-12", ["2010-12"]),
        ("2021-13", []),
    ],
)
def test_a_season_is_told_from_a_month(text, expected):
    assert dates(text) == expected


@pytest.mark.parametrize(
    ("text", "by_day", "by_month"),
    [
        ("fino al prossimo giugno", "2021-06", "2021-06"),
        ("lo scorso 24 gennaio", "2021-01-24", "2021-01-24"),
        ("il giugno scorso", "2020-06", "2020-06"),
        ("gennaio prossimo", "2022-01", "2022-01"),
        ("lo scorso dicembre", "2020-12", "2020-12"),
        ("lo scorso febbraio", "2020-02", "2020-02"),
        ("il prossimo febbraio", "2022-02", "2022-02"),
        ("lo scorso 5 febbraio", "2021-02-05", "2021-02-05"),
        ("lo scorso 9 febbraio", "2021-02-09", "2021-02-09"),
        ("il prossimo 20 febbraio", "2021-02-20", "2021-02-20"),
        ("lo scorso 20 febbraio", "2020-02-20", "2021-02-20"),
        ("a novembre dello scorso anno", "2020-11", "2020-11"),
        ("giugno dell’anno scorso", "2020-06", "2020-06"),
        ("maggio di quest'anno", "2021-05", "2021-05"),
        ("gennaio del prossimo anno", "2022-01", "2022-01"),
        ("24 gennaio", "--01-24", "--01-24"),
        ("il prossimo giugno 2023", "2023-06", "2023-06"),
    ],
)
def test_relative_dates_are_resolved_at_the_articles_date(text, by_day, by_month):
    assert dates(text, reference="2021-02-09T18:18") == [by_day]
    assert dates(text, reference="2021-02") == [by_month]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("it", "Ieri la firma, domani il primo allenamento", ["2021-02-28", "2021-03-02"]),
        ("it", "L’altro ieri era a Mosca, dopodomani sarà a Bari", ["2021-02-27", "2021-03-03"]),
        ("it", "è arrivato ieri sera", ["2021-02-28"]),
        ("it", "l'allenatore di ieri l'altro", ["2021-02-27"]),
        ("it", "Si decide il domani del club; per un domani migliore", []),
        ("it", "Lo scrive il quotidiano nazionale Domani", []),
        ("it", "Oggi allena il Bari; ierilaltro; l'altroieri", []),
        ("en", "He signed yesterday and trains the day after tomorrow", ["2021-02-28", "2021-03-03"]),
        ("en", "ieri", []),
        ("fr", "Il est arrivé avant-hier; le demain du club", ["2021-02-27"]),
        ("de", "Er kam gestern hier an", ["2021-02-28"]),
        ("es", "Firmó ayer por la mañana", ["2021-02-28"]),
        ("pt", "Chegou ontem, treina amanhã", ["2021-02-28", "2021-03-02"]),
        ("nl", "gisteren", []),
    ],
)
def test_days_near_the_articles_are_resolved_where_its_day_is_known(language, text, expected):
    assert dates(text, language, reference="2021-03-01T18:18") == expected
    assert dates(text, language, reference="2021-03") == dates(text, language) == []


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("it", "Esonerato nel 2018, un anno dopo riparte", ["2018", "2019"]),
        ("it", "Il 7 maggio 2017 vinse e l’anno successivo perse", ["2017-05-07", "2018"]),
        ("it", "Nel 2011 perse, nel 2014 vinse e tre anni più tardi smise", ["2011", "2014", "2017"]),
        ("it", "Nel 2011 perse; 12 anni dopo vinse", ["2011", "2023"]),
        ("en", "Sacked in 2018, he was back two years later", ["2018", "2020"]),
        ("en", "He lost in 2018 and won the year after", ["2018", "2019"]),
        ("it", "Un anno dopo riparte", []),  # After what?
        ("it", "Tornò nel 2016, un anno dopo la retrocessione", ["2016"]),  # What happened in 2015.
        ("it", "Tornò nel 2011, due anni dopo averla lasciata", ["2011"]),
        ("en", "He returned in 2016, a year after the final", ["2016"]),
        ("it", "Negli anni Novanta vinse, l'anno dopo perse", ["199x"]),
        ("it", "Nel 2011 perse, molti anni dopo vinse", ["2011"]),
    ],
)
def test_years_are_reckoned_from_one_of_the_same_sentence(language, text, expected):
    assert dates(text, language) == expected


@pytest.mark.parametrize("text", ["il prossimo giugno", "lo scorso 24 gennaio"])
@pytest.mark.parametrize("reference", [None, "2021"])
def test_without_a_month_of_reference_relative_dates_have_no_year(text, reference):
    assert dates(text, reference=reference)[0].startswith("--")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sedici anni", ["16"]),
        ("Sedici anni", ["16"]),
        ("ventitré", ["23"]),
        ("ventun anni", ["21"]),
        ("trent'anni", ["30"]),
        ("Dopo vent’anni", ["20"]),
        ("centocinquant'anni", ["150"]),
        ("quarantott'anni", ["48"]),
        ("tutt'ore", []),
        ("quant'anni ha", []),
        ("sant'Anna, cent'anni fa", ["100"]),
        ("tre milioni e mezzo", ["3500000"]),
        ("1 miliardo e mezzo", ["1500000000"]),
        ("2,5 milioni e mezzo di tifosi", ["3000000"]),
        ("mezzo milione di euro", ["500000"]),
        ("tre anni e mezzo", ["3"]),
        ("1.2.3 milioni e mezzo", ["1.2.3"]),
        ("centottanta presenze", ["180"]),
        ("milleduecento", ["1200"]),
        ("duemila", ["2000"]),
        ("mille tifosi", ["1000"]),
        ("due gol", ["2"]),
        ("due milioni", ["2000000"]),
        ("3 milioni", ["3000000"]),
        ("3,5 milioni di euro", ["3500000"]),
        ("500mila euro", ["500000"]),
        ("1 mld", ["1000000000"]),
        ("un punto", []),
        ("1 punto", ["1"]),
        ("uno dei due", ["2"]),
        ("prima", []),
        ("il secondo posto", []),
        ("terzo nel girone", []),
        ("ai sedicesimi di finale", []),
        ("il 50 per cento", ["50"]),
        ("cento gare", ["100"]),
        ("1.200", ["1200"]),
        ("1.200.000", ["1200000"]),
        ("1.200,50", ["1200.5"]),
        ("3,5", ["3.5"]),
        ("3,50", ["3.5"]),
        ("1,80 m", ["1.8"]),
        ("007", ["7"]),
        ("0", ["0"]),
        ("a -11 dalla Ternana", ["11"]),
        ("un distacco di +11", ["11"]),
        ("8 o 9", ["8", "9"]),
        ("il 2-1", ["2-1"]),
        ("vince 2–1 e perde 0 - 3", ["2-1", "0-3"]),
        ("finisce 3-2.", ["3-2"]),
        ("vince 2 a 1", ["2-1"]),
        ("passa da 2 a 1", ["2", "1"]),
        ("dalle 2 a 5 ore, 2 a 10 gol", ["2", "5", "2", "10"]),
        ("2000 tifosi, circa 1990 €", ["2000", "1990"]),
        ("nel 2000 tifosi e giocatori", []),
        ("12:5", ["12-5"]),
        ("con il 4-3-3", ["4-3-3"]),
        ("il 3-5-2", ["3-5-2"]),
        ("alle 18:18", ["18:18"]),
        ("09:05", ["9:05"]),
        ("alle ore 20.45", ["20:45"]),
        ("20:45:30", ["20:45"]),
        ("al 90'", ["90"]),
        ("080 123 4567", ["80", "123", "4567"]),
        ("tel. 080-123", ["80", "123"]),
        ("333-1234567", ["333", "1234567"]),
        ("1.2.3", ["1.2.3"]),
        ("٣ gol", ["3"]),
        ("Ⅷ e ½", []),
        ("1700", ["1700"]),
        ("la ventunenne", ["21"]),
        ("Ventiduenne, è in prestito", ["22"]),
        ("il ventitreenne di Bari", ["23"]),
        ("un ventiseienne", ["26"]),
        ("due ventenni", ["2", "20"]),
        ("il diciottenne", ["18"]),
        ("un quarantaquattrenne", ["44"]),
        ("settantenne e ottantunenne", ["70", "81"]),
        ("il 34enne", ["34"]),
        ("un contratto biennale", ["2"]),
        ("accordi triennali", ["3"]),
        ("il ventennale", ["20"]),
        ("una quiete perenne, solenne e indenne", []),
        ("maggiorenni e minorenni", []),
        ("da decenni, nel nuovo millennio, per millenni", []),
        ("Penne e Ravenna", []),
        ("alla Biennale di Venezia", []),
        ("CONTRATTO BIENNALE PER NERI", ["2"]),
        ("Nel rugby, Sei Nazioni compreso", []),
    ],
)
def test_italian_numbers(text, expected):
    assert numbers(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sei", ["6"]),
        ("Sei gol", ["6"]),
        ("dopo sei mesi", ["6"]),
        ("sei partite", ["6"]),
        ("sei di loro", ["6"]),
        ("sei euro", ["6"]),
        ("cinque o sei", ["5", "6"]),
        ("Sei stato bravo", []),
        ("Sei tornata?", []),
        ("tu sei Carrera", []),
        ("non sei il solo", []),
        ("sei un campione", []),
    ],
)
def test_six_is_told_from_you_are(text, expected):
    assert numbers(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("terzo nel girone", ["3."]),
        ("la 3ª giornata", ["3."]),
        ("la 34esima giornata", ["34."]),
        ("primo posto", ["1."]),
        ("secondo in classifica", ["2."]),
        ("il 3º posto", ["3."]),
        ("al 90° minuto", ["90."]),
        ("la trentesima giornata", ["30."]),
        ("la ventunesima partita", ["21."]),
        ("nella sua seconda stagione", ["2."]),
        ("il secondo posto", ["2."]),
        ("della prima squadra", ["1."]),
        ("Il primo gol", ["1."]),
        ("prima della gara", []),
        ("Secondo il tecnico", []),
        ("e secondo Conte", []),
        ("30°C", []),
        ("nato a Sesto San Giovanni, poi alla Pro Sesto", []),
        ("Terzo posto", ["3."]),
        ("1° maggio 2017", []),
        ("prima del terzo gol", ["3."]),
        ("primo 0 primo", []),
        ("la terza e la quarta", ["3.", "4."]),
    ],
)
def test_italian_ordinals_are_no_numbers(text, expected):
    assert ordinals(text) == expected
    assert not {ordinal.rstrip(".") for ordinal in expected} & set(numbers(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the second half", ["2."]),
        ("his first title", ["1."]),
        ("the third season", ["3."]),
        ("the 21st goal", ["21."]),
        ("twenty-first", ["21."]),
        ("a second later", []),
        ("at first", []),
    ],
)
def test_english_ordinals(text, expected):
    assert ordinals(text, "en") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("six goals", ["6"]),
        ("twenty-one", ["21"]),
        ("one hundred and eighty", ["180"]),
        ("one of the two", ["2"]),
        ("a thousand fans", ["1000"]),
        ("$3.5 million", ["3500000"]),
        ("1,200.50", ["1200.5"]),
        ("a 2-1 win", ["2-1"]),
        ("6:30 pm", ["6:30"]),
        ("the second half", []),
        ("a third", []),
    ],
)
def test_english_numbers(text, expected):
    assert numbers(text, "en") == expected


def test_the_same_number_has_one_form_in_every_language():
    texts = {"it": "centottanta", "en": "one hundred and eighty", "fr": "cent quatre-vingts", "es": "ciento ochenta"}
    assert {tuple(numbers(text, language)) for language, text in texts.items()} == {("180",)}
    assert numbers("180 gol", "ja") == ["180"]
    assert numbers("sedici", "ja") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ha chiamato Massimo Carrera", ["massimo carrera"]),
        ("il Bari di De Laurentiis", ["bari", "de laurentiis"]),
        ("Bianchi al Pontelago", ["bianchi", "pontelago"]),
        ("la famiglia De Laurentiis", ["de laurentiis"]),
        ("Leonardo da Vinci", ["leonardo", "vinci"]),
        ("Marco van Basten", ["marco van basten"]),
        ("Giovanni van der Berg", ["giovanni van der berg"]),
        ("di Luis de la Fuente", ["luis de la fuente"]),
        ("Carlos dos Šantos", ["carlos dos santos"]),
        ("Paolo Di Canio", ["paolo di canio"]),
        ("la S.S.C. Napoli", ["s.s.c napoli"]),
        ("Roberto D’Aversa e Roberto D'Aversa", ["roberto d'aversa", "roberto d'aversa"]),
        ("di O'Neill", ["o'neill"]),
        ("l'Athletic Bilbao", ["athletic bilbao"]),
        ("dell’AEK Atene", ["aek atene"]),
        ("L’Olympiacos", ["olympiacos"]),
        ("L'improvvisa rottura", []),
        ("All’esordio", []),
        ("la Prem'er-Liga", ["prem'er-liga"]),
        ("il Paris Saint-Germain", ["paris saint-germain"]),
        ("di Dmitrij Aleničev", ["dmitrij alenicev"]),
        ("per J. Stones", ["j stones"]),
        ("il St. Pauli", ["st pauli"]),
        ("in Serie A", ["serie a"]),
        ("nato a Sesto San Giovanni", ["sesto san giovanni"]),
        ("nel Regno delle Due Sicilie e alla Mille Miglia", ["regno", "due sicilie", "mille miglia"]),
        ("la Serie A. Poi la B", ["serie a"]),
        ("al ‘San Nicola'", ["san nicola"]),
        ("Carlo Azeglio\u00a0Ciampi", ["carlo azeglio ciampi"]),
        ("vince con Conte, Carrera e Alessio", ["conte", "carrera", "alessio"]),
        ("a Bari.\n\nMassimo", ["bari", "massimo"]),
        ("Prima di Carrera", ["carrera"]),
        ("Secondo la Gazzetta", ["gazzetta"]),
        ("Poi Conte", ["conte"]),
        ("Il Bari", ["bari"]),
        ("È arrivato", []),
        ("e-mail", []),
        ("la B", []),
        ("U21", []),
    ],
)
def test_italian_names(text, expected):
    assert names(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Carrera's team", ["carrera"]),
        ("with Bari’s De Laurentiis", ["bari", "de laurentiis"]),
        ("In 2016 Carrera", ["carrera"]),
        ("The Bari coach", ["bari"]),
        ("He said", []),
        ("I am", []),
        ("the U.S. Open", ["u.s open"]),
        ("Leonardo da Vinci", ["leonardo da vinci"]),
    ],
)
def test_english_names(text, expected):
    assert names(text, "en") == expected


@pytest.mark.parametrize(
    ("text", "certain"),
    [
        ("Allenava a lungo", [False]),
        ("Ha vinto. Allenava", [False]),
        ("«Vince», dice", [False]),
        ("Massimo Carrera", [True]),
        ("con Carrera", [True]),
        ("nel 2016 Carrera", [True]),
        ("Il Bari", [True]),
    ],
)
def test_a_single_capitalised_word_at_the_beginning_of_a_sentence_is_uncertain(text, certain):
    assert [atom.certain for atom in find_atoms(text, "it") if atom.kind == "name"] == certain


def test_places_are_those_of_the_text():
    text = "Lo scorso 24 gennaio il Bari di Aleničev vinse 2-1, con sedici tiri: «500mila» tifosi dal 12 al 15 maggio."
    atoms = find_atoms(text, "it", "2021-02-09")
    assert [text[atom.start : atom.end] for atom in atoms] == [
        "scorso 24 gennaio",
        "Bari",
        "Aleničev",
        "2-1",
        "sedici",
        "500mila",
        "12",
        "15 maggio",
    ]


ODD = (
    "7 maggio| 2017|2016-17|1.2.3| e mezzo|ieri |trent'anni| |'|’|-|.|,|sei |due| milioni|Massimo |De |d'A|J. |scorso |18:18|+11|1.200|\n|«|May |of |"
    "\u202e|\x00|\ud800|²|½|٣|İ|ß|ﬁ|🏆|a\u0301|anni '9|0s|mila|primo |E' |’s "
)
PIECES = st.sampled_from(ODD.split("|"))
TEXTS = st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=15).map("".join))
LANGUAGES = st.sampled_from(["it", "en", "fr", "es", "de", "pt", "ja", ""])
REFERENCES = st.sampled_from([None, "2021", "2021-02", "2021-02-09", "2021-02-09T18:18"])


@hypothesis_settings(max_examples=300, deadline=None)
@given(TEXTS, LANGUAGES, REFERENCES)
def test_atoms_lie_in_the_text_in_order_and_apart(text, language, reference):
    end = 0
    for atom in find_atoms(text, language, reference):
        assert end <= atom.start < atom.end <= len(text)
        assert text[atom.start : atom.end].strip() == text[atom.start : atom.end] != ""
        assert atom.value
        assert atom.value.isascii() or atom.kind == "name"
        end = atom.end


@given(st.integers(0, 10**9))
def test_thousands_separators_change_nothing(number):
    plain = [atom.value for atom in find_atoms(f"con {number} tifosi", "it")]
    dotted = [atom.value for atom in find_atoms(f"con {number:,} tifosi".replace(",", "."), "it")]
    assert plain == dotted == [str(number)]


MONTHS = list(get_month_names(locale="it").values())


@given(st.dates(min_value=date(1850, 1, 1), max_value=date(2099, 12, 31)))
def test_every_way_to_write_a_day_is_one_date(day):
    spelt = f"{day.day} {MONTHS[day.month - 1]} {day.year}"
    for text in (
        spelt,
        spelt.upper(),
        day.isoformat(),
        f"{day:%d-%m-%Y}",
        f"{day:%d/%m/%Y}",
        f"{day.day}.{day.month}.{day.year}",
    ):
        assert dates(f"Era il {text}, di sera") == [day.isoformat()]


LONG = "Massimo Carrera allena il Bari dal 9 febbraio 2021. |1.|1-|1:|1 |Aa |d'|d'A|7 e |7 maggio |sei |mille |«|\n|scorso "
LONG += "|de |2016-|anni '|\ud800|A."


@pytest.mark.timeout(60)
@pytest.mark.parametrize("piece", LONG.split("|"))
def test_a_long_text_takes_no_more_than_its_length(piece):
    """What takes quadratic time does not come to its end here (at 100 kB: minutes)."""
    text = piece * (100_000 // len(piece))
    assert all(atom.end <= len(text) for atom in find_atoms(text, "it"))
