"""What language detection promises: the right answer or none, the same every time, from any thread."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langdetect.detector_factory import PROFILES_DIRECTORY, DetectorFactory
from langdetect.lang_detect_exception import LangDetectException

from cleaner.language import (
    SAMPLE_CHARS,
    _known_ngrams,
    _most_probable_language,
    _settled_answer,
    detect_language,
)

SENTENCES = {
    "en": "The old ferry still crosses the river twice a day, although hardly anybody takes it in winter.",
    "de": "Die alte Fähre überquert den Fluss immer noch zweimal am Tag, obwohl im Winter kaum wer mitfährt.",
    "fr": "Le vieux bac traverse encore la rivière deux fois par jour, même si presque personne ne le prend.",
    "es": "El viejo transbordador todavía cruza el río dos veces al día, aunque en invierno nadie sube.",
    "it": "Il vecchio traghetto attraversa ancora il fiume due volte al giorno, anche se d'inverno è vuoto.",
    "pt": "A velha balsa ainda atravessa o rio duas vezes por dia, embora quase ninguém a use no inverno.",
    "nl": "De oude veerpont steekt nog twee keer per dag de rivier over, al is hij in de winter leeg.",
    "pl": "Stary prom wciąż przepływa rzekę dwa razy dziennie, choć zimą prawie nikt nim nie pływa.",
    "sv": "Den gamla färjan går fortfarande över floden två gånger om dagen, fast ingen åker på vintern.",
    "fi": "Vanha lautta kulkee yhä joen yli kahdesti päivässä, vaikka talvella sitä käyttää tuskin kukaan.",
    "tr": "Eski feribot hâlâ günde iki kez nehri geçiyor, ama kışın neredeyse hiç kimse binmiyor.",
    "cs": "Starý přívoz stále přejíždí řeku dvakrát denně, i když v zimě jím skoro nikdo nejezdí.",
    "vi": "Chuyến phà cũ vẫn qua sông hai lần mỗi ngày, mặc dù vào mùa đông hầu như không có ai đi.",
    "id": "Kapal tua itu masih menyeberangi sungai dua kali sehari, meskipun hampir tidak ada penumpang.",
    "ru": "Старый паром всё ещё ходит через реку дважды в день, хотя зимой на нём почти никто не ездит.",
    "uk": "Старий пором досі ходить через річку двічі на день, хоча взимку ним майже ніхто не їздить.",
    "ar": "ما زالت العبارة القديمة تعبر النهر مرتين في اليوم، مع أن أحدا لا يكاد يركبها في الشتاء.",
    "fa": "قایق قدیمی هنوز روزی دو بار از رودخانه می‌گذرد، هرچند در زمستان کمتر کسی سوار آن می‌شود.",
    "hi": "पुरानी नाव अब भी दिन में दो बार नदी पार करती है, हालाँकि सर्दियों में शायद ही कोई उसमें बैठता है।",
    "zh": "那艘旧渡船每天仍然过河两次，虽然冬天几乎没有人乘坐。",
    "ja": "古い渡し船は今でも一日に二回川を渡るが、冬に乗る人はほとんどいない。",
    "ko": "낡은 나룻배는 아직도 하루에 두 번 강을 건너지만 겨울에는 타는 사람이 거의 없다.",
    "th": "เรือข้ามฟากลำเก่ายังคงข้ามแม่น้ำวันละสองเที่ยว",
    "el": "Το παλιό πορθμείο περνά ακόμη το ποτάμι δύο φορές την ημέρα.",
    "he": "המעבורת הישנה עדיין חוצה את הנהר פעמיים ביום.",
    "ta": "பழைய படகு இன்னும் ஒரு நாளைக்கு இரண்டு முறை ஆற்றைக் கடக்கிறது.",
    "ka": "ძველი ბორანი ისევ დღეში ორჯერ გადადის მდინარეზე.",
}


@pytest.mark.parametrize("code", SENTENCES)
def test_a_sentence(code: str) -> None:
    assert detect_language(SENTENCES[code]) == code


@pytest.mark.parametrize("code", SENTENCES)
def test_a_long_text(code: str) -> None:
    assert detect_language("\n".join([SENTENCES[code]] * 60)) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("さくらが咲いた", "ja"),
        ("カメラを買う", "ja"),
        ("東京都の天気は？", "ja"),
        ("天气很好", "zh"),
        ("날씨 좋다", "ko"),
        ("สวัสดี", "th"),
        ("Καλημέρα", "el"),
        ("שלום לכם", "he"),
        ("iPhone の新しいカメラを試してみました", "ja"),
        ("Google 宣布将于明年推出新的搜索服务", "zh"),
    ],
)
def test_a_script_of_one_language_needs_few_letters(text: str, code: str) -> None:
    assert detect_language(text) == code


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t ",
        "12.5 % – 3/4 (2024) +49 30 123456",
        "Hi there",
        "OK",
        "https://example.com/some/very/long/path/with/many/words?and=arguments",
        "someone.with.a.long.name@mail.example.org",
        "😀🎉🎉🎉",
        "\ud800\udfff\udce9" * 40,
        "\x00\x01\x02" * 100,
        "------------------------------",
        "ɐʇʍɥɟ" * 20,
        "1 a 2 b 3 c 4 d",
        "さく",
    ],
)
def test_nothing_to_go_on(text: str) -> None:
    assert detect_language(text) is None


def test_capitals_are_read_too() -> None:
    assert detect_language(SENTENCES["en"].upper()) == "en"
    assert detect_language(SENTENCES["de"].upper()) == "de"


def test_the_larger_part_decides() -> None:
    assert detect_language(f"{SENTENCES['fr']} {SENTENCES['fr']} OK, let’s go!") == "fr"
    assert detect_language(SENTENCES["ru"] + " Windows, Google, iPhone.") == "ru"


def test_the_middle_of_a_long_text_decides() -> None:
    frame = " ".join([SENTENCES["en"]] * 3)
    assert detect_language("\n".join([frame, *[SENTENCES["pl"]] * 30, frame])) == "pl"


def test_a_middle_without_letters_is_no_dead_end() -> None:
    table = "12 34 56\n" * 300
    assert detect_language(SENTENCES["it"] * 5 + "\n" + table + SENTENCES["it"] * 5) == "it"


def test_the_same_text_has_the_same_answer_whatever_was_asked_before() -> None:
    texts = [
        *SENTENCES.values(),
        *(text[:50] for text in SENTENCES.values()),
        "la casa blanca de piedra grande",
    ]
    first = [detect_language(text) for text in texts]
    assert [detect_language(text) for text in reversed(texts)] == first[::-1]
    assert [detect_language(texts[0]) for _ in range(5)] == ["en"] * 5


@pytest.mark.slow
@given(st.text(st.characters(exclude_categories=[]), max_size=300))
@settings(max_examples=150, deadline=None)
def test_it_never_raises(text: str) -> None:
    code = detect_language(text * (1 + SAMPLE_CHARS // 100))
    assert code is None or (len(code) == 2 and code.islower())


@cache
def langdetect_itself() -> DetectorFactory:
    factory = DetectorFactory()
    factory.seed = 0
    factory.load_json_profile(
        [file.read_text("utf-8") for file in sorted(Path(PROFILES_DIRECTORY).iterdir())]
    )
    return factory


def by_langdetect(text: str) -> tuple[str, float]:
    detector = langdetect_itself().create()
    detector.append(text)
    try:
        languages = detector.get_probabilities()
    except LangDetectException:
        return "", 0.0
    return (languages[0].lang, languages[0].prob) if languages else ("", 0.0)


@pytest.mark.slow
@pytest.mark.parametrize("one", SENTENCES)
def test_the_numbers_are_those_of_langdetect(one: str) -> None:
    for other in ("en", "ru", "vi"):
        text = f"{SENTENCES[one]}  a@b.com, NASA über Ĳ {SENTENCES[other][:40]}"
        assert _most_probable_language(text) == by_langdetect(text)
        assert _most_probable_language(text + ".") == by_langdetect(text + ".")


def assert_settled_answer_is_exact(text: str) -> None:
    code, probability = _most_probable_language(text)
    for min_p in (0.5, 0.9):
        answer = _settled_answer(_known_ngrams(text), min_p)
        assert answer is None or answer[1] == (probability >= min_p)
        assert answer is None or answer[0] == code or not answer[1]


@pytest.mark.parametrize("code", SENTENCES)
def test_a_settled_answer_is_the_exact_one(code: str) -> None:
    for other in ("en", "ru", "vi"):
        assert_settled_answer_is_exact(SENTENCES[code])
        assert_settled_answer_is_exact(SENTENCES[code][:30] + SENTENCES[other][-40:])


@pytest.mark.slow
@given(st.lists(st.sampled_from([*" ".join(SENTENCES.values()).split()]), max_size=40))
@settings(max_examples=100, deadline=None)
def test_a_settled_answer_is_the_exact_one_for_any_words(words: list[str]) -> None:
    assert_settled_answer_is_exact(" ".join(words))


@pytest.mark.slow
@given(st.text("abcDEF  \n.éŞßñ中あعя가ạ\u0301", max_size=120))
@settings(max_examples=100, deadline=None)
def test_the_numbers_are_those_of_langdetect_for_any_letters(text: str) -> None:
    expected = by_langdetect(text)
    assert expected in (("", 0.0), _most_probable_language(text))


THREADS = """
import threading, sys
from cleaner.language import detect_language
assert "langdetect" not in sys.modules
texts = %r
start, wrong = threading.Barrier(16), []
def ask():
    start.wait()
    for code, text in texts.items():
        if detect_language(text) != code:
            wrong.append((code, detect_language(text)))
threads = [threading.Thread(target=ask) for _ in range(16)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
sys.exit(str(wrong) if wrong else 0)
"""


def test_sixteen_threads_may_be_the_first_to_ask() -> None:
    texts = {code: SENTENCES[code] for code in ("en", "pl", "de", "fr")}
    subprocess.run([sys.executable, "-c", THREADS % texts], check=True)


DECLARED = [
    # (text, what its page declares, what is heard)
    (
        "Amabhasi awasahambi ngoba umgwaqo uvaliwe, abantwana bahamba ngezinyawo baye esikoleni kude.",
        "zu",
        None,
    ),
    (
        "Báturinn gengur ekki lengur milli eyjanna af því að vélin bilaði í gær og enginn veit hvað er að.",
        "is",
        None,
    ),
    (
        "This page is for an old list: Nieuwendijk, Hoge Zand, Oud-Beijerland, Westzaan aan de Zaan",
        "en",
        None,
    ),
    # templates declare what they like: a text of a known language far away is heard
    (SENTENCES["de"], "en", "de"),
    (SENTENCES["en"], "zu", "en"),
    (SENTENCES["ru"], "en", "ru"),
    (SENTENCES["el"], "en", "el"),
    (SENTENCES["nl"], "en", "nl"),
    ("\n".join([SENTENCES["fr"]] * 5), "en", "fr"),
    (SENTENCES["sv"], "sv", "sv"),
]


@pytest.mark.parametrize(("text", "declared", "heard"), DECLARED)
def test_what_the_page_declares_wins_over_a_neighbour(text: str, declared: str, heard: str | None) -> None:
    assert detect_language(text, declared) == heard


def test_a_line_of_a_few_words_is_not_guessed_at() -> None:
    assert detect_language("Excellent service as usual") in (None, "en")
