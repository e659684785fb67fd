"""Replies are recorded once, found by what was asked, and replayed as they were given."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from fakes import scripted_chat_model
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, AIMessageChunk

from eval.recorder import RecordedChat, Recorder
from eval.replies import Reply, ReplyFile, reply_from
from qa.errors import ModelError, QAError


@pytest.fixture
def path(tmp_path):
    return tmp_path / "replies.jsonl"


def chat_over(path, model, identity="m", policy="recorded"):
    recorder = Recorder(ReplyFile(path), identity, lambda: model)
    recorder.policy = policy
    return RecordedChat(recorder, "scripted", is_local=True, context_tokens=4096), recorder


def keys(path):
    return [json.loads(line)["key"] for line in path.read_text(encoding="utf-8").splitlines()]


# The model in front of the model


def test_it_passes_for_the_model_it_stands_for(path):
    chat, _ = chat_over(path, scripted_chat_model(), "fingerprint")
    assert (chat.name, chat.fingerprint, chat.is_local, chat.context_tokens) == ("scripted", "fingerprint", True, 4096)


@pytest.mark.parametrize(
    "ask", [lambda chat: chat.invoke("Chi?").text, lambda chat: "".join(c.text for c in chat.stream("Chi?"))]
)
def test_a_reply_is_asked_for_once_and_then_replayed(path, ask):
    model = scripted_chat_model("È stato  Conte.\n\nNel 2016.")
    first, _ = chat_over(path, model)
    assert ask(first) == ask(first) == "È stato  Conte.\n\nNel 2016."
    again, recorder = chat_over(path, scripted_chat_model())
    assert ask(again) == "È stato  Conte.\n\nNel 2016."
    assert recorder.take().asked == ()


def test_each_reply_drawn_anew_is_recorded_under_its_number(path):
    first, _ = chat_over(path, scripted_chat_model("Nel 2016.", "Nel 2017."))
    drawn = [["".join(piece.text for piece in chat.resample("Quando?", n)) for n in (1, 2)] for chat in (first, first)]
    assert drawn == [["Nel 2016.", "Nel 2017."]] * 2


def test_the_model_is_loaded_only_when_a_reply_is_missing(path):
    chat, _ = chat_over(path, scripted_chat_model("Sì."))
    chat.invoke("Chi?")

    def load():
        raise AssertionError("loaded")

    recorder = Recorder(ReplyFile(path), "m", load)
    assert RecordedChat(recorder, "x", is_local=True, context_tokens=1024).invoke("Chi?").text == "Sì."


def test_prompt_options_and_model_all_tell_replies_apart(path):
    chat, _ = chat_over(path, scripted_chat_model(otherwise=lambda prompt: prompt))
    other, _ = chat_over(path, scripted_chat_model(otherwise=lambda prompt: prompt), identity="other")
    chat.invoke("Chi?")
    chat.invoke("Dove?")
    chat.invoke([("system", "Chi?")])
    chat.invoke("Chi?", max_tokens=5)
    chat.invoke("Chi?", stop=["."])
    other.invoke("Chi?")
    assert len(set(keys(path))) == 6


def test_usage_and_the_end_are_replayed_too(path):
    chat, _ = chat_over(path, scripted_chat_model("uno due tre"))
    asked, replayed = chat.invoke("Chi è?"), chat.invoke("Chi è?")
    assert asked.usage_metadata == replayed.usage_metadata
    assert (asked.usage_metadata["input_tokens"], asked.usage_metadata["output_tokens"]) == (2, 3)
    assert replayed.response_metadata["finish_reason"] == "stop"


def test_live_asks_anew_and_records_nothing(path):
    chat_over(path, scripted_chat_model("prima"))[0].invoke("Chi?")
    chat, recorder = chat_over(path, scripted_chat_model(otherwise="dopo"), policy="live")
    assert "".join(piece.text for piece in chat.stream("Chi?")) == "dopo"
    assert chat.invoke("Dove?").text == "dopo"
    seen = recorder.take()
    assert (len(seen.asked), seen.rechecked, seen.differing) == (2, (), ())
    assert [ReplyFile(path).get(key).text for key in keys(path)] == ["prima"]


def test_live_passes_pieces_on_as_they_come(path):
    chat, _ = chat_over(path, scripted_chat_model("uno due tre"), policy="live")
    stream = chat.stream("Chi?")
    assert next(stream).text == "uno"
    stream.close()
    assert not path.exists()  # what broke off is not recorded


def test_a_recheck_goes_on_with_the_record_and_keeps_it(path):
    chat_over(path, scripted_chat_model("prima"))[0].invoke("Chi?")
    chat, recorder = chat_over(path, scripted_chat_model("dopo", "dopo"), policy="recheck")
    assert chat.invoke("Chi?").text == "prima"
    assert "".join(piece.text for piece in chat.stream("Chi?")) == "prima"
    assert len(recorder.take().differing) == 2
    assert ReplyFile(path).get(keys(path)[0]).text == "prima"


def test_a_failure_is_noted_and_not_recorded(path):
    chat, recorder = chat_over(path, scripted_chat_model(ConnectionError("gone"), "Sì."))
    with pytest.raises(ModelError, match="cannot be reached"):
        chat.invoke("Chi?")
    assert "cannot be reached" in recorder.take().failure
    assert recorder.take().failure == ""
    assert chat.invoke("Chi?").text == "Sì."


def test_a_model_that_cannot_be_loaded_is_remembered(path):
    def load():
        raise ModelError("No weights.")

    recorder = Recorder(ReplyFile(path), "m", load)
    with pytest.raises(ModelError, match="No weights"):
        RecordedChat(recorder, "x", is_local=True, context_tokens=1024).invoke("Chi?")
    assert recorder.broken is not None


def test_closing_sorts_the_file(path):
    chat, recorder = chat_over(path, scripted_chat_model(otherwise="Sì."))
    for number in range(20):
        chat.invoke(str(number))
    assert keys(path) != sorted(keys(path))
    recorder.close()
    assert keys(path) == sorted(keys(path))


# The file


@given(st.text())
def test_a_reply_comes_in_words_and_loses_nothing(text):
    pieces = list(Reply(key="k", text=text).pieces())
    assert "".join(piece.text for piece in pieces) == text
    assert pieces[-1].text == ""


@given(st.dictionaries(st.text("abcdef0123456789", min_size=4, max_size=4), st.text(), max_size=5))
def test_what_is_written_is_read(tmp_path_factory, replies):
    path = tmp_path_factory.mktemp("replies") / "replies.jsonl"
    file = ReplyFile(path)
    for key, text in replies.items():
        file.add(Reply(key=key, text=text, usage=(3, 2)))
    for reread in (ReplyFile(path), file):
        reread.tidy()
        assert {key: reread.get(key).text for key in replies} == replies
        assert len(reread) == len(replies)


def test_the_likeliest_first_tokens_are_kept_and_no_more():
    likely = [{"token": str(n), "logprob": -1.23456 - n, "bytes": [1]} for n in range(8)]
    tokens = [{"token": "a", "logprob": -0.00012, "bytes": [1], "top_logprobs": likely} for _ in range(5)]
    message = AIMessageChunk(
        content="a b", response_metadata={"logprobs": {"content": tokens}, "model_name": "x", "finish_reason": "stop"}
    )
    kept = reply_from("k", message).metadata
    assert kept.keys() == {"finish_reason", "logprobs"}
    assert len(kept["logprobs"]["content"]) == 3
    assert kept["logprobs"]["content"][0]["top_logprobs"][:1] == [{"token": "0", "logprob": -1.235}]
    assert len(kept["logprobs"]["content"][0]["top_logprobs"]) == 5


def test_a_reply_without_counts_stays_without():
    reply = reply_from("k", AIMessage("Sì."))
    assert (reply.usage, reply.metadata, reply.message().usage_metadata) == (None, {}, None)


def test_tidying_keeps_what_another_run_added_and_drops_what_is_unused(path):
    mine, theirs = ReplyFile(path), ReplyFile(path)
    mine.add(Reply(key="b", text="1"))
    theirs.add(Reply(key="a", text="2"))
    assert mine.tidy() == 0
    assert keys(path) == ["a", "b"]
    assert mine.tidy({"b", "never recorded"}) == 1
    assert keys(path) == ["b"]


def test_two_that_record_at_once_lose_nothing(path):
    def record(name):
        file = ReplyFile(path)
        for number in range(30):
            file.add(Reply(key=f"{name}{number}", text="x"))
            file.tidy()

    with ThreadPoolExecutor() as pool:
        list(pool.map(record, "abcd"))
    assert len(ReplyFile(path)) == 120


def test_a_damaged_file_is_named_with_a_way_out(path):
    path.write_text("{}\n", encoding="utf-8")
    with pytest.raises(QAError, match="git"):
        ReplyFile(path)
