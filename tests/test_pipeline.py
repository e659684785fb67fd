import asyncio
import threading

import pytest
from fakes import HaltingModel, SmallReader, surely_answered

import qa
from qa.confidence import Calibration, load_calibration
from qa.config import Settings
from qa.errors import ModelError
from qa.models.artifacts import LANGUAGE_MODEL
from qa.models.chat import ChatModel
from qa.pipeline import QA, Inquiry
from qa.schema import Final, Retrieved, Token, Working
from qa.verification import plain_text

QUESTION = "Contro chi ha festeggiato la Supercoppa a Mosca?"
REPLY = "La vittoria della Supercoppa contro la Lokomotiv Mosca fu l’unica gioia dell’annata successiva."
DOUBTFUL = REPLY.removesuffix(".") + ", una notte memorabile."  # A quarter of it stands nowhere.


def check_citations(answer, bot):
    """Every marker has its citation, every citation is to the letter."""
    assert [c.marker for c in answer.citations] == list(range(1, len(answer.citations) + 1))
    for citation in answer.citations:
        assert f"[{citation.marker}]" in answer.text
        assert bot.article(citation.source).text[citation.start : citation.end] == citation.quote


def test_an_answer_quotes_the_articles_and_cites_them(bot, scripted_chat):
    scripted_chat.llm.otherwise = REPLY
    answer = bot.ask(QUESTION)
    assert answer.status == "answered"
    assert "Lokomotiv" in answer.text
    assert answer.raw_text == REPLY
    assert answer.passages
    assert answer.language == "it"
    assert answer.model == "scripted"
    assert answer.usage.model_calls == 1
    assert {"retrieve", "first_token", "total"} <= set(answer.timings)
    check_citations(answer, bot)


def test_an_invented_statement_is_dropped_and_said_to_be(bot, scripted_chat):
    scripted_chat.llm.otherwise = "La vinse contro il Real Madrid il 18 maggio 1970."
    answer = bot.ask(QUESTION)
    assert "Real Madrid" not in answer.text
    assert "1970" not in answer.text
    assert any("Real Madrid" in note for note in answer.notes)
    check_citations(answer, bot)


def test_a_statement_that_exchanges_who_did_it_to_whom_is_dropped(bot, scripted_chat):
    said = "L'AEK Atene ha eliminato l'Athletic Bilbao in Europa League."
    scripted_chat.llm.otherwise = said
    answer = bot.ask("Chi ha eliminato l'AEK Atene in Europa League?")
    assert said.removesuffix(".") not in answer.text
    assert any(said in note for note in answer.notes)


def test_a_number_of_something_else_is_no_support(bot, scripted_chat):
    scripted_chat.llm.otherwise = "Carrera ha segnato 180 gol con il Bari."
    answer = bot.ask("Quanti gol ha segnato Carrera con il Bari da giocatore?")
    assert "180 gol" not in answer.text


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("Quante gare ha giocato Neri con il Lecco?", "answered"),
        ("Quanti gol ha segnato Neri con il Lecco?", "abstained"),
        ("How many goals did Neri score for Lecco?", "abstained"),
    ],
)
def test_sentences_that_count_something_else_are_no_answer(bot_on, scripted_chat, asked, status):
    scripted_chat.llm.otherwise = "Ne ha segnati 77."
    answer = surely_answered(bot_on("Neri al Lecco\n\nNeri ha giocato 120 partite con il Lecco.\n"), asked)
    assert answer.status == status
    assert "77" not in answer.text


@pytest.mark.parametrize(
    ("said", "others"),
    [("Nerri ha giocato 120 partite.", 0), ("Nerri ha giocato 77 partite.", 1), ("Nerri ha giocato partite.", 1)],
)
def test_no_other_number_stands_beside_the_one_that_the_model_took_from_the_best_sentence(
    bot_on, scripted_chat, said, others
):
    scripted_chat.llm.otherwise = said
    bot = bot_on("Neri al Lecco\n\nNeri ha giocato 120 partite con il Lecco.\n\nVerdi ha vinto 30 partite a tennis.\n")
    answer = surely_answered(bot, "Quante partite ha giocato Neri con il Lecco?")
    assert said.removesuffix(".") not in answer.text
    assert "120 partite" in answer.text
    assert answer.text.count("30 partite") == others


@pytest.mark.parametrize(
    ("said", "status"),
    [
        pytest.param("Ne ha giocate 77.", "answered", id="the model invents"),
        pytest.param("Ne ha giocate 120.", "answered", id="what is quoted"),
        pytest.param("Ne ha vinte 45.", "abstained", id="what it has read elsewhere"),
    ],
)
def test_where_the_model_reads_another_number_than_is_quoted_none_is_certain(bot_on, scripted_chat, said, status):
    scripted_chat.llm.otherwise = said
    bot = bot_on(
        "Neri al Lecco\n\nNeri ha giocato 120 partite con il Lecco. Ne ha giocate 30 da capitano del Lecco. Ugo Verdi era il presidente.\n\n"
        "Bruno Gallo ha perso 45 volte a tennis.\n"
    )
    answer = surely_answered(bot, "Quante partite ha giocato Neri con il Lecco?")
    assert (answer.status, "«Neri ha giocato 120 partite" in answer.text) == (status, True)


def test_a_reason_that_stands_elsewhere_is_none(bot, scripted_chat):
    scripted_chat.llm.otherwise = (
        "Carrera è stato esonerato dall'AEK Atene perché ha superato i preliminari di Europa League."
    )
    answer = bot.ask("Perché Carrera è stato esonerato dall'AEK?")
    assert "perché ha superato" not in answer.text


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Rossi ha detto: “Lascio il Pavia a giugno, ma resto in città”.", True),
        ("Rossi ha scritto che lascio il Pavia a giugno non è una frase da dire.", False),
    ],
)
def test_only_what_was_spoken_is_put_between_quotation_marks(tmp_path, scripted_chat, small_embeddings, written, kept):
    (tmp_path / "rossi.txt").write_text(f"Rossi allena il Pavia dal 2019. {written}", encoding="utf-8")
    scripted_chat.llm.otherwise = "Rossi ha detto: «lascio il Pavia a giugno»."
    settings = Settings(data_dir=tmp_path / "data", sources=(tmp_path / "rossi.txt",))
    with QA(settings, chat=scripted_chat, embeddings=small_embeddings, reader=SmallReader()) as bot:
        answer = bot.ask("Che cosa ha detto Rossi del Pavia?")
    assert (scripted_chat.llm.otherwise.removesuffix(".") in answer.text) is kept


def test_markup_of_the_model_never_reaches_the_answer(bot, scripted_chat):
    scripted_chat.llm.otherwise = (
        "Contro la **Lokomotiv Mosca** [7] ![x](http://127.0.0.1/x.png) <b>[link](http://127.0.0.1)</b>."
    )
    answer = bot.ask(QUESTION)
    assert not any(mark in answer.text for mark in ("http", "![", "<b>", "**", "[7]"))
    check_citations(answer, bot)


def test_a_model_that_is_not_asked_is_not_fetched(tmp_path, seeds, small_embeddings):
    cache = tmp_path / "cache"
    settings = Settings(data_dir=tmp_path / "data", cache_dir=cache, sources=(seeds,), model="local")
    with QA(settings, embeddings=small_embeddings, reader=SmallReader()) as bot:
        answer = bot.ask("Quante presenze ha collezionato Carrera con il Bari?")
    assert answer.status == "conflict"
    assert answer.model == LANGUAGE_MODEL.name
    assert not cache.exists()


def test_a_model_that_cannot_be_loaded_ahead_is_told_of_by_the_question_that_needs_it(
    tmp_path, seeds, small_embeddings
):
    damaged = tmp_path / "model.gguf"
    damaged.write_bytes(b"GGUF" + bytes(range(256)) * 40)
    settings = Settings(data_dir=tmp_path / "data", sources=(seeds,), model=f"gguf:{damaged}")
    with QA(settings, embeddings=small_embeddings, reader=SmallReader()) as bot:
        bot.load_ahead()
        answer = bot.ask(QUESTION)
        assert answer.status == "answered"
        assert any("cannot load model.gguf" in note for note in answer.notes)
        check_citations(answer, bot)
    assert not [thread for thread in threading.enumerate() if thread.name == "language model"]


def test_conflicting_articles_are_both_quoted_without_asking_the_model(bot):
    answer = bot.ask("Quante presenze ha collezionato Carrera con il Bari?")
    assert answer.status == "conflict"
    assert "180 presenze" in answer.text
    assert "156 presenze" in answer.text
    assert {c.source for c in answer.citations} == {a.source for a in bot.articles()}
    assert answer.usage.model_calls == 0
    check_citations(answer, bot)


def test_a_model_that_fails_leaves_the_quotations_and_says_so(bot, scripted_chat):
    scripted_chat.llm.otherwise = ModelError("The server is gone.", hint="Start it.")
    answer = bot.ask(QUESTION)
    assert answer.status == "answered"
    assert any("The server is gone." in note for note in answer.notes)
    check_citations(answer, bot)


def test_tokens_put_together_are_the_text(bot, scripted_chat):
    scripted_chat.llm.otherwise = "Contro la Lokomotiv Mosca."
    events = list(bot.stream(QUESTION))
    assert isinstance(events[0], Retrieved)
    assert isinstance(events[-1], Final)
    assert "".join(e.text for e in events if isinstance(e, Token)) == events[-1].answer.text


def test_an_empty_index_abstains(tmp_path, scripted_chat, small_embeddings):
    folder = tmp_path / "none"
    folder.mkdir()
    with QA(
        Settings(data_dir=tmp_path / "data", sources=(folder,)),
        chat=scripted_chat,
        embeddings=small_embeddings,
        reader=SmallReader(),
    ) as bot:
        answer = bot.ask("Chi?")
    assert answer.status == "abstained"
    assert answer.text
    assert not answer.citations


def test_the_question_language_is_the_answer_language(bot, scripted_chat, tmp_path, small_embeddings):
    scripted_chat.llm.otherwise = "Against Lokomotiv Mosca."
    assert bot.ask("Against whom was the Supercup won in Moscow, and by which club?").language == "en"


def test_a_follow_up_is_condensed_with_what_was_said_before_it(bot, scripted_chat):
    scripted_chat.llm.otherwise = "Contro la Lokomotiv Mosca."
    answer = bot.ask("E contro chi?", history=[("Quale coppa ha vinto lo Spartak?", "La Supercoppa [1].")])
    assert answer.question == "Quale coppa ha vinto lo Spartak? Su Supercoppa: E contro chi?"


def test_a_question_typed_in_a_hurry_is_read_as_it_is_meant(bot, scripted_chat):
    scripted_chat.llm.otherwise = REPLY
    answer = bot.ask("ki a vinto la supercopa a mosca?")
    assert answer.question == "chi ha vinto la Supercoppa a Mosca?"
    assert answer.question in scripted_chat.llm.asked()[-1]
    assert bot.ask("e ki allena la lokomotv?", history=[(QUESTION, REPLY)]).question.endswith(
        "e chi allena la Lokomotiv?"
    )


def test_questions_from_several_threads_and_asyncio(bot, scripted_chat):
    scripted_chat.llm.otherwise = "Contro la Lokomotiv Mosca."
    texts = []
    threads = [threading.Thread(target=lambda: texts.append(bot.ask(QUESTION).text)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    async def both():
        events = [event async for event in bot.astream(QUESTION)]
        return (await bot.aask(QUESTION)).text, events[-1].answer.text

    assert len(set(texts) | set(asyncio.run(both()))) == 1


@pytest.fixture
def halting(settings, small_embeddings):
    llm = HaltingModel(otherwise=REPLY)
    chat = ChatModel(llm, name="halting", identity="halting-1", context_tokens=4096)
    with QA(settings, chat=chat, embeddings=small_embeddings, reader=SmallReader()) as bot:
        yield bot, llm


def test_closing_the_stream_stops_the_model(halting):
    bot, llm = halting
    events = bot.stream(QUESTION)
    assert next(e.words for e in events if isinstance(e, Working) and e.doing == "drafting") == 1
    events.close()
    assert llm.given_up.is_set()


@pytest.mark.parametrize("way", ["ask", "stream"])
def test_a_cancelled_question_stops_the_model(halting, way):
    bot, llm = halting

    async def read_all():
        return [event async for event in bot.astream(QUESTION)]

    async def given_up():
        task = asyncio.create_task(bot.aask(QUESTION) if way == "ask" else read_all())
        assert await asyncio.to_thread(llm.writing.wait, 60)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task  # although the model is still busy
        llm.go_on.set()
        return await asyncio.to_thread(llm.given_up.wait, 60)

    assert asyncio.run(given_up())


def test_what_the_model_does_is_told(bot, scripted_chat):
    scripted_chat.llm.otherwise = "Contro la Lokomotiv Mosca."
    working = [event for event in bot.stream(QUESTION) if isinstance(event, Working)]
    assert list(dict.fromkeys(event.doing for event in working)) == ["reading", "drafting", "checking"]
    assert list(dict.fromkeys(event.words for event in working)) == [0, 1, 2, 3, 4]


@pytest.fixture
def own(settings, scripted_chat, small_embeddings):
    """A bot whose model runs on a server of one's own: asking it again costs only time."""
    with QA(
        settings.replace(model="openai:m", model_base_url="http://127.0.0.1:9/v1"),
        chat=scripted_chat,
        embeddings=small_embeddings,
        reader=SmallReader(),
    ) as bot:
        yield bot


def doubtful(bot):
    """Ask so that a draft that the evidence holds would do, and of another one the agreement of the model with itself decides."""
    weights = dict.fromkeys(load_calibration().weights, 0.0) | {"agreement": 4.0, "drawn": 8.0}
    calibration = Calibration(weights=weights, bias=-8.0, threshold=0.6, gathered=0.5, made={})
    inquiry = Inquiry(bot, QUESTION, (), calibration)
    return list(inquiry.events()), inquiry


def test_a_doubtful_draft_is_shown_where_the_model_says_it_again(own, scripted_chat):
    scripted_chat.llm.otherwise = DOUBTFUL
    events, inquiry = doubtful(own)
    answer = events[-1].answer
    assert answer.status == "answered"
    assert inquiry.signs.agreement == 1.0
    assert answer.usage.model_calls == len(scripted_chat.llm.prompts) == 1 + own.settings.resamples
    assert len({str(prompt) for prompt in scripted_chat.llm.prompts}) == 1
    assert "redrafting" in [event.doing for event in events if isinstance(event, Working)]
    assert "redraft" in answer.timings


def test_a_doubtful_draft_is_withheld_where_the_model_says_something_else_each_time(own, scripted_chat):
    scripted_chat.llm.replies.extend([DOUBTFUL, "Il Bari di Conte.", "", "Allegri, a Torino."])
    events, inquiry = doubtful(own)
    assert events[-1].answer.status == "abstained"
    assert inquiry.signs.agreement == 0.0


def test_a_model_is_not_asked_again_once_the_first_time_has_decided(own, scripted_chat):
    scripted_chat.llm.replies.extend([DOUBTFUL, "Allegri, a Torino."])  # A second would only be heard in vain.
    weights = dict.fromkeys(load_calibration().weights, 0.0) | {"agreement": 4.0, "drawn": 8.0}
    calibration = Calibration(weights=weights, bias=-9.0, threshold=0.5, gathered=0.5, made={})  # Wants three quarters.
    *_, final = Inquiry(own, QUESTION, (), calibration).events()
    assert final.answer.status == "abstained"
    assert final.answer.usage.model_calls == 2


def test_without_doubt_the_model_is_asked_once(own, scripted_chat):
    scripted_chat.llm.otherwise = REPLY
    calibration = load_calibration().model_copy(update={"threshold": 0.0})
    *_, final = Inquiry(own, QUESTION, (), calibration).events()
    assert final.answer.usage.model_calls == 1


@pytest.mark.parametrize("changes", [{"resamples": 0}, {"model_base_url": None}])
def test_a_model_is_asked_once_where_it_is_wanted_or_each_reply_costs(own, scripted_chat, changes):
    own.settings = own.settings.replace(**changes)
    scripted_chat.llm.otherwise = DOUBTFUL
    events, inquiry = doubtful(own)
    assert events[-1].answer.usage.model_calls == 1
    assert inquiry.signs.agreement == 0.5


def test_a_model_that_fails_when_it_is_asked_again_is_noted(own, scripted_chat):
    scripted_chat.llm.replies.extend([DOUBTFUL, DOUBTFUL, ModelError("The server is gone.", hint="Start it.")])
    events, inquiry = doubtful(own)
    answer = events[-1].answer
    assert inquiry.signs.agreement == 0.5
    assert answer.status == "abstained"
    assert any(note.startswith("The model did not answer again: The server is gone.") for note in answer.notes)


def test_a_model_that_is_gone_before_it_is_asked_again_is_noted(settings, scripted_chat, small_embeddings):
    class Gone(QA):
        @property
        def resamples(self):
            raise ModelError("The model cannot be loaded again.", hint="Free some memory.")

    scripted_chat.llm.otherwise = DOUBTFUL
    with Gone(settings, chat=scripted_chat, embeddings=small_embeddings, reader=SmallReader()) as bot:
        events, inquiry = doubtful(bot)
    assert inquiry.signs.agreement == 0.5
    assert any("cannot be loaded again" in note for note in events[-1].answer.notes)


def test_where_no_draft_could_be_shown_the_model_is_not_asked(own, scripted_chat):
    scripted_chat.llm.otherwise = REPLY
    weights = dict.fromkeys(load_calibration().weights, 0.0) | {"agreement": 4.0, "drawn": 8.0}
    calibration = Calibration(weights=weights, bias=-11.0, threshold=0.5, gathered=0.5, made={})
    *_, final = Inquiry(own, QUESTION, (), calibration).events()
    assert final.answer.status == "abstained"
    assert final.answer.usage.model_calls == 0


def withheld(bot, question):
    """Ask so that nothing is sure enough."""
    calibration = load_calibration().model_copy(update={"threshold": 1.0})
    *_, final = Inquiry(bot, question, (), calibration).events()
    assert final.answer.status == "abstained"
    return final.answer


def test_a_refusal_quotes_what_the_reader_finds_nearest(settings, scripted_chat, small_embeddings):
    question, told = QUESTION, "7 maggio 2017"
    quotes = {}
    for words in ("", told):
        with QA(settings, chat=scripted_chat, embeddings=small_embeddings, reader=SmallReader(words)) as bot:
            answer = withheld(bot, question)
            check_citations(answer, bot)
            quotes[words] = [citation.quote for citation in answer.citations]
    assert not any(told in quote for quote in quotes[""]), "else the reader had nothing to do"
    assert told in quotes[told][0]
    assert len(quotes[told]) == len(quotes[""]) == 2


def test_without_its_reader_a_refusal_quotes_what_was_ranked_best(settings, scripted_chat, small_embeddings):
    class Unread(QA):
        @property
        def reader(self):
            raise ModelError("The reader is not there.", hint="Fetch it.")

    with QA(settings, chat=scripted_chat, embeddings=small_embeddings, reader=SmallReader()) as bot:
        expected = withheld(bot, QUESTION)
    with Unread(settings, chat=scripted_chat, embeddings=small_embeddings, reader=SmallReader()) as bot:
        answer = withheld(bot, QUESTION)
    assert answer.text == expected.text
    assert "The nearest sentences were not read again: The reader is not there. Fetch it." in answer.notes


@pytest.mark.parametrize(
    "question", ["", "?", "⚽", "\x00\x01", "{question} {passages}", "a" * 5000, "\ud800", "مدرب", "il lo la"]
)
def test_no_question_breaks_it(bot, scripted_chat, question):
    scripted_chat.llm.otherwise = "{passages} Non so."
    answer = bot.ask(question)
    assert answer.text
    check_citations(answer, bot)


@pytest.mark.parametrize("question", ["", "?", "il lo la"])
def test_where_nothing_is_asked_nothing_is_near_it(bot, scripted_chat, question):
    scripted_chat.llm.otherwise = "Massimo Carrera."
    answer = bot.ask(question)
    assert answer.status == "abstained"
    assert answer.citations == ()


def test_the_fingerprint_tells_settings_apart(settings, scripted_chat, small_embeddings):
    made = [
        QA(s, chat=scripted_chat, embeddings=small_embeddings, reader=SmallReader())
        for s in (settings, settings.replace(sentences=6))
    ]
    assert made[0].fingerprint() != made[1].fingerprint()
    other = QA(settings, chat=scripted_chat, embeddings=small_embeddings, reader=SmallReader("others"))
    assert other.fingerprint() != made[0].fingerprint()


def test_what_another_process_indexed_is_answered_at_once(settings, scripted_chat, small_embeddings, tmp_path):
    folder = tmp_path / "articles"
    folder.mkdir()
    settings = settings.replace(sources=(folder,))
    one, two = (QA(settings, chat=scripted_chat, embeddings=small_embeddings, reader=SmallReader()) for _ in range(2))
    assert one.articles() == []
    (folder / "new.txt").write_text("Mario Bianchi allena il Pontelago dal 2019.", encoding="utf-8")
    assert two.sync().added == ("new.txt",)
    assert [article.source for article in one.articles()] == ["new.txt"]
    assert one.retrieve("Chi allena il Pontelago?")[0].source == "new.txt"
    one.close()
    two.close()


@pytest.mark.parametrize(
    "text", ["<<b>script>alert</<b>script>", "ht**tps://evil.invalid/x", "a [1[1]] b", "![a](![b](c))", "##### Titolo"]
)
def test_markup_that_hides_in_markup_is_taken_out_too(text):
    plain = plain_text(text)
    assert plain == plain_text(plain)
    assert not any(mark in plain for mark in ("<", "://", "[1", "![", "#"))


def test_model_markers_are_taken_out():
    assert plain_text("Auteri [1], [2][3].") == "Auteri."


@pytest.mark.model
@pytest.mark.slow
def test_the_real_models_answer_from_the_real_articles(tmp_path):
    with QA(Settings(data_dir=tmp_path / "data")) as bot:
        bot.load_ahead()
        ahead = bot.chat
        answer = bot.ask("Qual è l'obiettivo del Bari?")
        assert bot.chat is ahead
        assert answer.status == "answered"
        assert "Serie B" in answer.text
        assert answer.raw_text
        check_citations(answer, bot)


def test_the_module_function_is_the_shared_bot():
    assert qa.ask.__module__ == "qa.pipeline"
