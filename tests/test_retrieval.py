import pytest

from qa.retrieval import rank_sentences, standardised


def test_documents_of_the_langchain_retriever_are_spans_of_articles(bot):
    documents = bot.retriever.invoke("Supercoppa contro la Lokomotiv Mosca")
    assert documents
    for document in documents:
        article = bot.article(document.metadata["source"])
        assert document.page_content == article.text[document.metadata["start"] : document.metadata["end"]]


def test_retrieve_puts_the_passage_with_the_words_first(bot):
    passages = bot.retrieve("vittoria della Supercoppa contro la Lokomotiv Mosca", k=3)
    assert "Lokomotiv" in passages[0].text
    assert [p.score for p in passages] == sorted((p.score for p in passages), reverse=True)


def test_names_in_another_spelling_and_with_typos_are_found(bot):
    assert any("Olympiacos" in p.text for p in bot.retrieve("finale contro l'Olympiakos", k=3))
    assert any("Aleničev" in p.text for p in bot.retrieve("dimissioni di Alenichev", k=3))


def test_sentences_are_ranked_with_their_own_text(bot):
    question = "In che giorno è stato vinto il campionato?"
    index = bot.retriever.index
    ranked = rank_sentences(question, "it", bot.retriever.ranked(question), index)
    assert [s.score for s in ranked] == sorted((s.score for s in ranked), reverse=True)
    for sentence in ranked:
        article = bot.article(sentence.chunk.source)
        assert sentence.text == article.text[sentence.span.start : sentence.span.end]
    assert {s.text for s in ranked if s.fits} >= {s.text for s in ranked if "7 maggio 2017" in s.text}


def test_no_candidates_no_sentences(bot):
    assert rank_sentences("Chi?", "it", [], bot.retriever.index) == []


def test_standardised_values_have_no_mean_and_unit_spread():
    values = standardised([1.0, 2.0, 6.0])
    assert values.mean() == pytest.approx(0)
    assert values.std() == pytest.approx(1)
    assert standardised([3.0, 3.0]).tolist() == [0.0, 0.0]
    assert standardised([]).tolist() == []
