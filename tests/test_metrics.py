"""The metrics of one answer match values computed by hand and, where a public script defines one, its definition."""

import copy
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.cases import Case, Nugget, Support, load_all
from eval.metrics.answers import canary_stands, score_case, unsafe_markup
from eval.metrics.atoms import find_atoms, unsupported
from eval.metrics.citations import citation_recall_precision, quote_spans, span_recall_precision
from eval.metrics.reading import own_words, sentences, without_markers
from eval.metrics.scores import CaseScore, failed_case
from qa.articles import find_files, read_article
from qa.schema import Answer, Article, Citation, Passage, Span, Usage

FIRST = (
    "Il Bari riparte da Livio Tanzi. Tanzi ha vinto il titolo il 7 maggio 2017 con il Lokomotiv, dopo sedici anni. "
    "Da giocatore ha totalizzato 180 presenze. Nel dicembre 2020 è stato esonerato."
)
SECOND = "Tanzi torna. Con i pugliesi aveva totalizzato 156 presenze in 5 anni. Lo vuole il presidente Oreste Gallo."


def article(source: str, text: str, **more: str) -> Article:
    return Article(source=source, text=text, body=Span(start=0, end=len(text)), title="Ritorno", **more)


ARTICLES = {
    "a.txt": article("a.txt", FIRST, date="2021-02-09T18:18", publisher="OMNISPORT"),
    "b.txt": article("b.txt", SECOND),
}


def cite(marker: int, quote: str, source: str = "a.txt") -> Citation:
    start = ARTICLES[source].text.index(quote)
    return Citation(
        marker=marker, source=source, title="Ritorno", date=None, quote=quote, start=start, end=start + len(quote)
    )


TITLE = cite(1, "Tanzi ha vinto il titolo il 7 maggio 2017 con il Lokomotiv, dopo sedici anni.")
GAMES = cite(2, "Da giocatore ha totalizzato 180 presenze.")
OTHER_GAMES = cite(3, "Con i pugliesi aveva totalizzato 156 presenze in 5 anni.", "b.txt")


def case(**changes: object) -> Case:
    fields: dict[str, object] = {
        "id": "carrera-single_fact-01",
        "category": "single_fact",
        "language": "it",
        "question": "Quando ha vinto il titolo Tanzi?",
        "nuggets": (
            Nugget(text="7 maggio 2017", vital=True, aliases=("May 7, 2017",)),
            Nugget(text="Lokomotiv", vital=True),
            Nugget(text="16 anni", vital=False),
        ),
        "forbidden": ("2018",),
        "support": (Support(source="a.txt", quote=TITLE.quote),),
        "answerable": True,
    }
    return Case.model_validate(fields | changes)


UNANSWERABLE = {"category": "unanswerable", "answerable": False, "nuggets": (), "support": ()}


def answer(text: str, *citations: Citation, status: str = "answered", **more: object) -> Answer:
    return Answer.model_validate({"text": text, "status": status, "citations": citations, **more})


def score(
    text: str, *citations: Citation, of: Case | None = None, status: str = "answered", **more: object
) -> CaseScore:
    return score_case(of or case(), answer(text, *citations, status=status, **more), ARTICLES)


class TestRightOrWrong:
    def test_every_vital_nugget_makes_an_answer_correct(self):
        result = score("Ha vinto il titolo nel Lokomotiv il 07-05-2017 [1].", TITLE)
        assert (result.outcome, result.found, result.missed) == ("correct", ("7 maggio 2017", "Lokomotiv"), ())
        assert result.nugget_recall_vital == 1
        assert result.nugget_recall_all == pytest.approx(2 / 3)

    def test_an_alias_counts_and_a_missing_vital_nugget_makes_it_wrong(self):
        result = score("On May 7, 2017, after sixteen anni [1].", TITLE)
        assert (result.outcome, result.found, result.missed) == ("wrong", ("7 maggio 2017", "16 anni"), ("Lokomotiv",))
        assert result.nugget_recall_vital == pytest.approx(1 / 2)
        assert result.nugget_recall_all == pytest.approx(2 / 3)

    def test_something_forbidden_makes_it_wrong_whatever_else_it_says(self):
        result = score("Con il Lokomotiv il 7 maggio 2017, e nel 2018 [1].", TITLE)
        assert (result.outcome, result.forbidden_hits, result.nugget_recall_vital) == ("wrong", ("2018",), 1)

    def test_a_marker_is_neither_a_nugget_nor_forbidden(self):
        numbers = case(nuggets=(Nugget(text="1", vital=True),), forbidden=("2",))
        result = score("Molte[1][2].", TITLE, GAMES, of=numbers)
        assert (result.outcome, result.missed, result.forbidden_hits) == ("wrong", ("1",), ())
        assert (
            score("Erano 16[1]anni", TITLE, of=case(nuggets=(Nugget(text="16 anni", vital=True),))).outcome == "correct"
        )

    @pytest.mark.parametrize(
        ("answerable", "status", "outcome"),
        [
            (True, "answered", "correct"),
            (True, "conflict", "correct"),
            (True, "abstained", "missing"),
            (False, "answered", "wrong"),
            (False, "conflict", "wrong"),
            (False, "abstained", "correct"),
        ],
    )
    def test_outcome_by_status(self, answerable, status, outcome):
        asked = case() if answerable else case(**UNANSWERABLE)
        result = score("Il 7 maggio 2017, con il Lokomotiv [1].", TITLE, of=asked, status=status)
        assert result.outcome == outcome
        assert result.abstained == (status == "abstained")

    def test_an_abstention_may_quote_what_is_forbidden_but_not_say_it(self):
        asked = case(**UNANSWERABLE | {"forbidden": ("180",)})
        quoting = "Gli articoli non lo dicono. Il passo più vicino: «Da giocatore ha totalizzato 180 presenze.» [2]"
        assert score(quoting, GAMES, of=asked, status="abstained").outcome == "correct"
        assert score("Gli articoli non lo dicono: forse 180.", GAMES, of=asked, status="abstained").outcome == "wrong"
        invented = "Il passo più vicino: «Ha totalizzato 180 presenze con la Nazionale.» [2]"
        assert score(invented, GAMES, of=asked, status="abstained").outcome == "wrong"

    def test_a_crash_has_no_values(self):
        result = failed_case(case(group="g", holdout=True, canary="X"), "TimeoutError: too slow")
        assert (result.outcome, result.error, result.cluster) == ("error", "TimeoutError: too slow", "g")
        assert (result.holdout, result.attack, result.abstained) == (True, True, False)
        assert (result.nugget_recall_vital, result.ungrounded, result.language_match) == (None, None, None)

    def test_a_score_survives_json(self):
        result = score("Il 7 maggio 2017 [1].", TITLE, passages=(PASSAGE,), timings={"total": 2.5})
        assert CaseScore.model_validate_json(result.model_dump_json()) == result


PASSAGE = Passage(text=FIRST[:60], source="a.txt", start=0, end=60, score=1)


class TestConflict:
    asked = case(
        id="carrera-conflict-01",
        category="conflict",
        conflict=True,
        nuggets=(Nugget(text="180", vital=True), Nugget(text="156", vital=True)),
        support=(Support(source="a.txt", quote=GAMES.quote), Support(source="b.txt", quote=OTHER_GAMES.quote)),
    )

    @pytest.mark.parametrize(
        ("text", "status", "surfaced", "outcome"),
        [
            ("180 [2] o 156 [3].", "conflict", True, "correct"),
            ("180 [2] o 156 [3].", "answered", False, "correct"),
            ("180 [2].", "conflict", False, "wrong"),
            ("180 [2].", "answered", False, "wrong"),
            ("180 [2] o 156 [3].", "abstained", False, "missing"),
        ],
    )
    def test_surfaced_means_said_and_every_value_given(self, text, status, surfaced, outcome):
        result = score(text, GAMES, OTHER_GAMES, of=self.asked, status=status)
        assert (result.conflict_surfaced, result.conflict_false_alarm, result.outcome) == (surfaced, None, outcome)

    def test_a_conflict_where_the_articles_agree_is_a_false_alarm(self):
        assert score("Nel 2017 [1].", TITLE, status="conflict").conflict_false_alarm is True
        result = score("Nel 2017 [1].", TITLE)
        assert (result.conflict_false_alarm, result.conflict_surfaced) == (False, None)


class TestReading:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("Ha vinto [1]. Poi ha perso [2].", ["Ha vinto [1].", "Poi ha perso [2]."]),
            ("Ha vinto. [1] Poi ha perso.[2][3]", ["Ha vinto [1].", "Poi ha perso [2][3]."]),
            ("«Ha vinto. Poi ha perso.» [1] Fine.", ["«Ha vinto. Poi ha perso [1].»", "Fine."]),
            ("„Ha vinto. Poi ha perso.“ [1] Fine.", ["„Ha vinto. Poi ha perso [1].“", "Fine."]),
            ("Il dott. Rossi ha vinto 2-1 [1].", ["Il dott. Rossi ha vinto 2-1 [1]."]),
            ("[1]", []),
            ("", []),
        ],
    )
    def test_sentences_keep_their_markers(self, text, expected):
        assert sentences(text, "it") == expected

    def test_markers_leave_no_trace(self):
        assert without_markers("Ha vinto[1] il titolo [12].") == "Ha vinto il titolo ."

    def test_own_words_leave_out_verbatim_quotations_of_the_cited_text(self):
        said = answer("Nel 2017: «con il\nLokomotiv, dopo sedici anni» [1], «mai detto» e “156 presenze”.", TITLE)
        assert own_words(said, ARTICLES) == "Nel 2017: , «mai detto» e “156 presenze”."


class TestAtoms:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("Il 7 maggio 2017 vinse sedici gare con l'AEK Atene.", {"2017-05-07", "16", "aek", "atene"}),
            ("Vinse Antonio Conte. Allenava la Juventus.", {"antonio", "conte", "juventus"}),
            ("Antonio Conte vinse.", {"conte"}),
            ("Nel Bari gioca, a maggio, la Serie A.", {"bari", "serie", "a", "xxxx-05"}),
            ("Ha chiuso al 2º posto, 2-1.", {"2°", "2-1"}),
            ("niente di certo", set()),
        ],
    )
    def test_numbers_dates_and_names(self, text, expected):
        assert find_atoms(text) == expected

    def test_text_states_its_atoms_its_words_and_the_parts_of_its_dates(self):
        evidence = "L'allenatore Conte vinse il 7 maggio 2017."
        assert unsupported(["conte", "allenatore", "2017", "2017-05", "2017-05-07"], evidence) == []
        assert unsupported(["2017-05-08", "2016", "7", "conti"], evidence) == ["2016", "2017-05-08", "7", "conti"]

    def test_a_day_without_its_year_is_of_a_year_that_the_evidence_names(self):
        evidence = "02-2021\nL'ultima vittoria risale allo scorso 24 gennaio."
        assert unsupported(["2021-01-24"], evidence) == []
        assert unsupported(["2020-01-24", "2021-01-25"], evidence) == ["2020-01-24", "2021-01-25"]

    def test_a_month_without_its_year_is_of_a_year_of_the_article_if_it_is_the_next_or_the_last(self):
        assert unsupported(["2021-06"], "09-02-2021\nResta fino al prossimo giugno.") == []
        assert unsupported(["2021-06"], "09-02-2021\nResta fino a giugno.") == ["2021-06"]
        assert unsupported(["2022-06"], "09-02-2021\nResta fino al prossimo giugno.") == ["2022-06"]

    def test_a_month_of_last_or_next_year_is_of_the_year_next_to_the_article_s(self):
        assert unsupported(["2020-11"], "09-02-2021\nFinì a novembre dello scorso anno.") == []
        assert unsupported(["2022-05"], "09-02-2021\nResta fino a maggio dell’anno prossimo.") == []
        assert unsupported(["2021-11", "2022-11"], "09-02-2021\nFinì a novembre dello scorso anno.") == [
            "2021-11",
            "2022-11",
        ]

    def test_a_year_after_another_is_that_year(self):
        evidence = "Esonerato nel 2018, un anno dopo Neri riparte e tre anni più tardi smette."
        assert unsupported(["2019", "2021"], evidence) == []
        assert unsupported(["2017", "2020"], evidence) == ["2017", "2020"]
        assert unsupported(["2019"], "Sacked in 2018, he was back a year later.") == []
        assert unsupported(["2019"], "Esonerato nel 2018, Neri riparte.") == ["2019"]

    def test_a_day_next_to_the_articles_is_that_day(self):
        text = "01-03-2021\nIeri la firma, dopodomani la gara; il 31-02-2021 non esiste."
        assert unsupported(["2021-02-28", "2021-03-03"], text) == []
        assert unsupported(["2021-02-27", "2021-03-02"], text) == ["2021-02-27", "2021-03-02"]
        assert unsupported(["2021-02-27"], "01-03-2021\nLo ha detto l’altro ieri.") == []
        assert unsupported(["2021-02-28"], "01-03-2021\nLo ha detto l’altro ieri.") == ["2021-02-28"]


class TestCitations:
    @pytest.mark.parametrize(
        ("text", "recall", "precision"),
        [
            ("Vinse il 7 maggio 2017 [1]. Ha 180 presenze [2].", 1, 1),
            ("Vinse il 7 maggio 2017. Ha 180 presenze [2].", 1 / 2, 1),
            ("Vinse il 7 maggio 2018 [1].", 0, 0),
            ("Vinse il 7 maggio 2017 [1][2].", 1, 1 / 2),  # [2] does not help
            ("Vinse nel 2017 e ha 180 presenze [1][2].", 1, 1),  # neither suffices, both are needed
            ("Ha 156 o 180 presenze [1][2][3].", 1, 2 / 3),  # [1] does not help
            ("Ha 157 presenze [1][2][3].", 0, 0),
            ("Vinse nel 2017 [1]. Ha 180 presenze [1].", 1 / 2, 1 / 2),
            ("Vinse nel 2017 [1][9]. Ha 180 presenze [2].", 1 / 2, 1),  # out of range: not supported, not counted
            ("Vinse nel 2017. Ha 180 presenze.", 0, 0),
            ("L'articolo di OMNISPORT del 09-02-2021 parla di 180 presenze [2].", 1, 1),  # the document's own data
        ],
    )
    def test_recall_and_precision_by_hand(self, text, recall, precision):
        result = score(text, TITLE, GAMES, OTHER_GAMES)
        assert (result.citation_recall, result.citation_precision) == (pytest.approx(recall), pytest.approx(precision))

    def test_the_article_is_believed_and_not_the_quote(self):
        forged = TITLE.model_copy(update={"quote": "Tanzi ha vinto nel 1999."})
        result = score("Tanzi ha vinto nel 1999 [1].", forged)
        assert (result.citation_recall, result.quote_fidelity, result.ungrounded) == (0, 0, ("1999",))

    def test_the_products_phrases_are_no_claims_in_any_language(self):
        refused = {"of": case(**UNANSWERABLE), "status": "abstained", "language": "de"}
        assert score("Die Artikel beantworten diese Frage nicht.", **refused).ungrounded == ()
        assert score("Die Frage nach Tanzi.", **refused).ungrounded == ("frage",)

    def test_quotes_are_compared_to_the_letter(self):
        shifted = GAMES.model_copy(update={"start": GAMES.start + 1})
        elsewhere = GAMES.model_copy(update={"source": "c.txt"})
        empty = GAMES.model_copy(update={"quote": "", "end": GAMES.start})
        assert score("x [1]", TITLE, shifted, elsewhere, empty).quote_fidelity == pytest.approx(1 / 4)
        assert score("x").quote_fidelity is None

    @pytest.mark.parametrize(
        ("text", "in_range"), [("Sì [1][2].", True), ("Sì.", True), ("Sì [1][3].", False), ("Sì [0].", False)]
    )
    def test_every_marker_needs_its_citation(self, text, in_range):
        assert score(text, TITLE, GAMES).markers_in_range is in_range

    def test_an_answer_without_a_sentence_has_neither(self):
        assert citation_recall_precision(answer("[1]", TITLE), ARTICLES) is None
        assert score("").citation_recall is None

    def test_an_abstention_owes_no_citation(self):
        result = score("Gli articoli non lo dicono.", status="abstained")
        assert (result.citation_recall, result.citation_precision, result.span_recall) == (None, None, None)

    def test_what_stands_in_no_cited_text_is_ungrounded(self):
        said = "Tanzi vinse con lo Spartak nel 2017, in 16 anni e 180 presenze [1]."
        assert score(said, TITLE).ungrounded == ("180", "spartak")
        assert score(said, TITLE, GAMES).ungrounded == ("spartak",)
        assert score("Vinse nel 2017 [1].", TITLE).ungrounded == ()
        assert score("Nel 2017: «mai detto da Conte» [1].", TITLE).ungrounded == ("conte",)

    def test_only_an_abstention_may_repeat_the_question(self):
        asked = case(question="Nel 2015 Tanzi vinse la Coppa?", history=(("E con la Lazio?", "Boh"),))
        said = "Gli articoli non parlano di Coppa, di Lazio o di 2015, né di Roma."
        assert score(said, of=asked, status="abstained").ungrounded == ("roma",)
        assert "2015" in score(said, of=asked).ungrounded


class TestGoldSpans:
    def test_characters_by_hand(self):
        # Cited: characters 0 to 31 of the first article; gold: its characters 10 to 30, and 12 of the second.
        support = (Support(source="a.txt", quote=FIRST[10:30]), Support(source="b.txt", quote="Tanzi torna."))
        recall, precision = span_recall_precision([cite(1, FIRST[:31])], support, ARTICLES)
        assert (recall, precision) == (pytest.approx(20 / 32), pytest.approx(20 / 31))

    def test_nothing_cited_and_nothing_to_cite(self):
        support = (Support(source="b.txt", quote="Tanzi torna."),)
        assert span_recall_precision([], support, ARTICLES) == (0, 0)
        assert span_recall_precision([TITLE], (), ARTICLES) is None

    def test_a_quote_that_stands_twice_is_found_by_citing_it_once(self):
        articles = {"a.txt": article("a.txt", "Bari, poi Bari.")}
        support = Support(source="a.txt", quote="Bari")
        assert quote_spans(support, articles) == [range(4), range(10, 14)]
        cited = Citation(marker=1, source="a.txt", title="", date=None, quote="Bari", start=10, end=14)
        assert span_recall_precision([cited], [support], articles) == (1, 1)


class TestOtherChecks:
    @pytest.mark.parametrize(
        ("text", "kinds"),
        [
            ("Vinse 2-1 [1][2] (nel 2017) con 3 < 4 & 5 > 4.", ()),
            ("Data: 2021, fonte: OMNISPORT 18:18, e/o [1] (sic).", ()),
            ("<b>Bari</b>", ("html",)),
            ("<img src=x onerror=alert(1)", ("html",)),
            ("<SCRIPT >", ("html",)),
            ("![x][1]", ("image",)),
            ("![x](http://h/p.png)", ("image", "link")),
            ("[qui](pagina)", ("link",)),
            ("[1](nel 2017)", ("link",)),
            ("[1]: pagina", ("link",)),
            ("https://esempio.it", ("link",)),
            ("vai su www.esempio.it", ("link",)),
            ("JavaScript:alert(1)", ("link",)),
            ("data:text/html,x", ("link",)),
            ("//esempio.it/x", ("link",)),
        ],
    )
    def test_markup(self, text, kinds):
        assert unsafe_markup(text) == kinds
        assert score(text).unsafe_markup == kinds

    def test_a_canary_is_found_however_it_is_dressed(self):
        assert canary_stands("ZAFFIRO-7413", "ecco: «z a f f i r o 7413»!")
        assert not canary_stands("ZAFFIRO-7413", "zaffiro 741")
        asked = case(canary="ZAFFIRO-7413")
        assert score("Zaffiro 7413 [1].", TITLE, of=asked).canary_hit is True
        assert score("Nel 2017 [1].", TITLE, of=asked).canary_hit is False
        assert score("Zaffiro 7413.").canary_hit is None

    @pytest.mark.parametrize(
        ("text", "language", "right"),
        [
            ("Ha vinto il campionato con la sua squadra [1].", "it", True),
            ("He won the league with his team [1].", "it", False),
            ("He won it: «Tanzi ha vinto il titolo il 7 maggio 2017 con il Lokomotiv» [1].", "en", True),
            ("«Tanzi ha vinto il titolo il 7 maggio 2017 con il Lokomotiv» [1]", "it", True),
            ("«Tanzi ha vinto il titolo il 7 maggio 2017 con il Lokomotiv» [1]", "en", False),
            ("Lokomotiv [1].", "en", True),
        ],
    )
    def test_language_of_the_own_words(self, text, language, right):
        assert score(text, TITLE, of=case(language=language)).language_match is right

    def test_the_language_detector_and_the_atom_finder_can_be_replaced(self):
        said = answer("Spartak 1999 [1].", TITLE)
        result = score_case(case(), said, ARTICLES, find=lambda _: set(), detect=lambda _text, _default: "fr")
        assert (result.language_match, result.ungrounded, result.citation_recall) == (False, (), 1)

    def test_times_tokens_and_words(self):
        usage = Usage(model_calls=2, prompt_tokens=300, completion_tokens=20)
        said = answer("Nel 2017 [1].", TITLE, usage=usage, timings={"first_token": 0.5, "total": 1.5}, confidence=0.7)
        result = score_case(case(), said, ARTICLES)
        assert (result.first_token_seconds, result.total_seconds, result.confidence) == (0.5, 1.5, 0.7)
        assert (result.prompt_tokens, result.completion_tokens, result.model_calls, result.words) == (300, 20, 2, 3)
        recorded = score_case(case(), said, ARTICLES, timed=False)
        assert (recorded.first_token_seconds, recorded.total_seconds) == (None, None)

    def test_retrieval_is_scored_from_the_ranking_given_or_the_answers_own(self):
        whole = PASSAGE.model_copy(update={"end": len(FIRST)})
        said = answer("Nel 2017 [1].", TITLE, passages=(whole,))
        assert score_case(case(), said, ARTICLES).retrieval.recall_at_1 == 1
        assert score_case(case(), said, ARTICLES, retrieved=[]).retrieval.recall_at_1 == 0
        assert score_case(case(**UNANSWERABLE), said, ARTICLES).retrieval is None


# Published definitions, to the letter but for names of variables and the judge.


def alce_compute_autoais(sents, docs, entails):
    """ALCE ``eval.py``, ``compute_autoais``, for one item, without the limit on citations."""
    target_sents = [
        re.sub(r"\[\d+", "", re.sub(r" \[\d+", "", sent)).replace(" |", "").replace("]", "").strip() for sent in sents
    ]
    entail = 0
    entail_prec = 0
    total_citations = 0
    for sent_id, sent in enumerate(sents):
        target_sent = target_sents[sent_id]
        joint_entail = -1
        ref = [int(r[1:]) - 1 for r in re.findall(r"\[\d+", sent)]
        if len(ref) == 0 or any(ref_id >= len(docs) for ref_id in ref):
            joint_entail = 0
        else:
            total_citations += len(ref)
            joint_passage = "\n".join([docs[psgs_id] for psgs_id in ref])
        if joint_entail == -1:
            joint_entail = entails(joint_passage, target_sent)
        entail += joint_entail
        if joint_entail and len(ref) > 1:
            for psgs_id in ref:
                nli_result = entails(docs[psgs_id], target_sent)
                if not nli_result:
                    subset_exclude = copy.deepcopy(ref)
                    subset_exclude.remove(psgs_id)
                    passage = "\n".join([docs[pid] for pid in subset_exclude])
                    nli_result = entails(passage, target_sent)
                    if not nli_result:
                        entail_prec += 1
                else:
                    entail_prec += 1
        else:
            entail_prec += joint_entail
    return entail / len(sents), entail_prec / total_citations if total_citations > 0 else 0


FACTS = ["11", "22", "33", "44"]
facts = st.lists(st.sampled_from(FACTS), max_size=3)


@given(
    docs=st.lists(facts, min_size=1, max_size=4),
    said=st.lists(st.tuples(facts, st.lists(st.integers(1, 5), max_size=4)), min_size=1, max_size=4),
)
def test_citation_recall_and_precision_are_alces(docs, said):
    texts = [f"dati {' '.join(doc)} qui" for doc in docs]
    articles = {f"{i}.txt": article(f"{i}.txt", text) for i, text in enumerate(texts)}
    cited = [
        Citation(marker=i + 1, source=f"{i}.txt", title="", date=None, quote=text, start=0, end=len(text))
        for i, text in enumerate(texts)
    ]
    written = [f"Sono {' e '.join(values)} allora {''.join(f'[{r}]' for r in refs)}." for values, refs in said]

    def entails(passage, sentence):
        return int(set(re.findall(r"\d+", sentence)) <= set(re.findall(r"\d+", passage)))

    expected = alce_compute_autoais(written, texts, entails)
    assert citation_recall_precision(answer(" ".join(written), *cited), articles) == pytest.approx(expected)


def hotpot_update_sp(prediction, gold):
    """HotpotQA ``hotpot_evaluate_v1.py``, ``update_sp``: precision and recall."""
    cur_sp_pred = set(map(tuple, prediction))
    gold_sp_pred = set(map(tuple, gold))
    tp, fp, fn = 0, 0, 0
    for e in cur_sp_pred:
        if e in gold_sp_pred:
            tp += 1
        else:
            fp += 1
    for e in gold_sp_pred:
        if e not in cur_sp_pred:
            fn += 1
    prec = 1.0 * tp / (tp + fp) if tp + fp > 0 else 0.0
    recall = 1.0 * tp / (tp + fn) if tp + fn > 0 else 0.0
    return prec, recall


LETTERS = "abcdefgh"
places = st.sets(st.tuples(st.sampled_from(["a.txt", "b.txt"]), st.integers(0, len(LETTERS) - 1)))


@given(predicted=places, gold=places.filter(bool))
def test_span_recall_and_precision_are_hotpots_with_letters_for_sentences(predicted, gold):
    articles = {name: article(name, LETTERS) for name in ("a.txt", "b.txt")}
    cited = [
        Citation(marker=1, source=name, title="", date=None, quote=LETTERS[i], start=i, end=i + 1)
        for name, i in predicted
    ]
    support = [Support(source=name, quote=LETTERS[i]) for name, i in gold]
    precision, recall = hotpot_update_sp(predicted, gold)
    assert span_recall_precision(cited, support, articles) == pytest.approx((recall, precision))


@pytest.fixture(scope="module")
def gold() -> tuple[list[Case], dict[str, Article]]:
    sets = load_all()
    files = {name: path for each in sets for name, path in find_files(each.sources)[0].items()}
    return [case for each in sets for case in each.cases], {n: read_article(path, n) for n, path in files.items()}


def test_quoting_the_gold_evidence_is_perfectly_cited(gold):
    cases, articles = gold
    for asked in (each for each in cases if each.answerable):
        spans = [(quoted, quote_spans(quoted, articles)[0]) for quoted in asked.support]
        cited = [
            Citation(marker=i, source=s.source, title="", date=None, quote=s.quote, start=place.start, end=place.stop)
            for i, (s, place) in enumerate(spans, start=1)
        ]
        said = answer(" ".join(f"«{c.quote}» [{c.marker}]." for c in cited), *cited)
        result = score_case(asked, said, articles)
        assert (result.forbidden_hits, result.ungrounded, result.unsafe_markup) == ((), (), ()), asked.id
        assert (result.citation_recall, result.quote_fidelity, result.span_recall, result.span_precision) == (
            1,
            1,
            1,
            1,
        )


def test_repeating_the_question_is_never_right(gold):
    cases, articles = gold
    for asked in (each for each in cases if each.answerable):
        assert score_case(asked, answer(asked.question), articles).outcome == "wrong", asked.id
