"""Texts that nobody expects: what people paste, what attackers try, and what forty languages look like."""

from hypothesis import strategies as st

LANGUAGES = {
    "ar": "من يدرب باري؟",
    "bg": "Кой тренира Бари?",
    "bn": "বারির কোচ কে?",
    "ca": "Qui entrena el Bari?",
    "cs": "Kdo trénuje Bari?",
    "cy": "Pwy sy'n hyfforddi Bari?",
    "da": "Hvem træner Bari?",
    "de": "Wer trainiert Bari?",
    "el": "Ποιος προπονεί την Μπάρι;",
    "en": "Who coaches Bari?",
    "es": "¿Quién entrena al Bari?",
    "et": "Kes treenib Barit?",
    "eu": "Nork entrenatzen du Bari?",
    "fa": "چه کسی مربی باری است؟",
    "fi": "Kuka valmentaa Baria?",
    "fr": "Qui entraîne Bari ?",
    "ga": "Cé a thraenálann Bari?",
    "gu": "બારીને કોણ તાલીમ આપે છે?",
    "he": "מי מאמן את בארי?",
    "hi": "बारी का कोच कौन है?",
    "hr": "Tko trenira Bari?",
    "hu": "Ki edzi a Barit?",
    "hy": "Ո՞վ է մարզում Բարիին:",
    "id": "Siapa yang melatih Bari?",
    "it": "Chi allena il Bari?",
    "ja": "バーリの監督は誰ですか？",
    "ka": "ვინ წვრთნის ბარის?",
    "km": "តើនរណាបង្វឹកបារី?",
    "ko": "바리의 감독은 누구입니까?",
    "lt": "Kas treniruoja „Bari“?",
    "lv": "Kas trenē Bari?",
    "mk": "Кој го тренира Бари?",
    "ml": "ബാരിയുടെ പരിശീലകൻ ആരാണ്?",
    "mt": "Min iħarreġ lil Bari?",
    "nb": "Hvem trener Bari?",
    "nl": "Wie traint Bari?",
    "pl": "Kto trenuje Bari?",
    "pt": "Quem treina o Bari?",
    "ro": "Cine antrenează Bari?",
    "ru": "Кто тренирует Бари?",
    "sv": "Vem tränar Bari?",
    "sw": "Nani anafundisha Bari?",
    "ta": "பாரியின் பயிற்சியாளர் யார்?",
    "th": "ใครเป็นโค้ชของบารี",
    "tr": "Bari'yi kim çalıştırıyor?",
    "uk": "Хто тренує Барі?",
    "vi": "Ai huấn luyện Bari?",
    "zh": "谁执教巴里？",
}
"""One question in 48 languages, by ISO 639-1 code."""

LARGE = [
    "a" * 100_000,
    "Chi allena il Bari? " * 5_000,
    "1" * 100_000,
    "7 maggio 2017, " * 6_500,
    "⚽" * 25_000,
    "\u0301" * 100_000,
]
CHARACTERS = (
    "\x00 \x01 \x0b \x1f \x7f \ufeff \ufffe \ufffd \ud800 \udfff \udc80 \U0010ffff \U000e0041 \u200b \u200d \u202e \u2066 \u0301 a\u0336 ﬁ İ ß ½ ² ٣ "
    "⚽ 👨‍👩‍👧 🏴󠁧󠁢󠁥󠁮󠁧󠁿 🇮🇹 漢 ا ʼ . ! ? … ... ?! « » “ ” \" ' ’ ; : , 。 ？ । – -"
)
WORDS = "il la di che the of who chi quando quante dove e non è Carrera Bari D'Aversa O'Neill A. S.p.A. dott. maggio Rossi scorso anni"
SYNTAX = (
    "{ } {question} {passages} {0} {{ %s $x ${x} [1] [ ] ( ) < > <b> </p> <!-- --> &amp; &#0; <|im_start|> <|im_end|> [INST] ![x](http://127.0.0.1) "
    "http:// javascript: ` ``` * _ # | \\"
)
NUMBERS = "180 1.200 12,5 2-1 18:18 09-02-2021 2016-17 '98 ventuno 1/0 0 -1 99999999999999999999"
PIECES = [
    *LANGUAGES.values(),
    *(
        "",
        " ",
        "\n",
        "\n\n",
        "\r\n",
        "\t",
        "\x85",
        "\u2028",
        "# ",
        "---\n",
        "a: b\n",
        "Massimo Carrera",
        "9 febbraio 2021",
        "due milioni",
    ),
    *(piece for pieces in (CHARACTERS, WORDS, SYNTAX, NUMBERS) for piece in pieces.split(" ")),
]
texts = st.one_of(
    st.text(max_size=80),
    st.lists(st.sampled_from(PIECES), max_size=25).map("".join),
    st.lists(st.sampled_from(PIECES), max_size=25).map(" ".join),
    st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=8)), max_size=15).map(" ".join),
)
"""Short texts: anything at all, and pieces that have a meaning somewhere, put together."""
sentences = st.lists(
    st.sampled_from(
        [
            "Massimo Carrera",
            "ha",
            "vinto",
            "nel 2017",
            "180",
            "presenze",
            "con il Bari",
            "dal 9 febbraio 2021",
            "«sì»",
            "[1]",
            "non",
            "Conte",
        ]
    ),
    min_size=1,
    max_size=12,
).map(lambda words: " ".join(words) + ".")
"""Something like a sentence of a model."""
