"""The checker with the dictionaries that the program brings along: English, French, German, and one's own words."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from app.spelling.checker import DICTIONARIES, Checker, notice_language, words_in

pytest.importorskip("hunspell", reason="Hunspell has no wheel for this system; the program checks no spelling here")
FOLDER = Path(__file__).resolve().parents[3] / "resources" / "dictionaries"


@pytest.fixture(scope="module")
def checker() -> Checker:
    return Checker(FOLDER)


def wrong(checker: Checker, text: str, language: str = "") -> list[str]:
    units = text.encode("utf-16-le")
    return [
        units[2 * start : 2 * (start + count)].decode("utf-16-le") for start, count in checker.check(text, language)[1]
    ]


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ("This is the hous that we have, and it will not recieve you.", "en", ["hous", "recieve"]),
        ("Colour and color are both known to us, and so is organise.", "en", []),
        ("Je vous envoie la maisson et les documents dans une lettre.", "fr", ["maisson"]),
        ("L’arbre n’est pas d’ici, c’est-à-dire qu’il vient d’ailleurs.", "fr", []),
        ("Ich habe das Hauss nicht gesehen und die Straße auch nicht.", "de", ["Hauss"]),
        ("Die Geschwindigkeitsbegrenzung und der Rechnungsbetrag sind für Sie.", "de", []),
    ],
)
def test_words_are_found_wrong_in_the_language_that_was_noticed(
    checker: Checker, text: str, language: str, words: list[str]
) -> None:
    assert checker.check(text)[0] == language
    assert wrong(checker, text) == words


def test_a_chosen_language_counts_whatever_is_noticed(checker: Checker) -> None:
    assert "house" in wrong(checker, "the house is on the hill and we have it", "de")


def test_addresses_capitals_and_numbers_are_left_alone(checker: Checker) -> None:
    text = "See https://xqzt.example/abcd or mail anna.xyzq@example.org about the NATO QXZ and part x12y3 of it"
    assert wrong(checker, text, "en") == []


def test_places_count_utf16_units(checker: Checker) -> None:
    assert checker.check("😀😀 the hous of the man and of you", "en")[1] == [(9, 4)]


def test_ones_own_words_are_right_in_any_case() -> None:
    checker = Checker(FOLDER)
    assert wrong(checker, "The Mailwright is here and it is for you", "en") == ["Mailwright"]
    checker.know_own(["mailwright"])
    assert wrong(checker, "The Mailwright is here and it is for you", "en") == []
    checker.know_own([])
    assert wrong(checker, "The Mailwright is here and it is for you", "en") == ["Mailwright"], "it was taken away again"


@pytest.mark.parametrize(
    ("word", "language", "meant"), [("recieve", "en", "receive"), ("maisson", "fr", "maison"), ("Hous", "de", "Haus")]
)
def test_what_was_meant_is_suggested(checker: Checker, word: str, language: str, meant: str) -> None:
    assert meant in checker.suggest(word, language)


def test_a_text_of_few_words_is_in_the_usual_language() -> None:
    assert notice_language(["Danke"], "de") == "de"
    assert notice_language([], "fr") == "fr"


def test_hyphens_and_apostrophes_hold_words_together() -> None:
    assert [word for _, word in words_in("well-known, don't, l’arbre, 'quoted'")] == [
        "well-known",
        "don't",
        "l’arbre",
        "quoted",
    ]


def test_each_dictionary_has_its_licence_beside_it() -> None:
    for names in DICTIONARIES.values():
        for name in names:
            for ending in (f"{name}.aff", f"{name}.dic", f"LICENSE.{name}"):
                assert (FOLDER / ending).stat().st_size > 500, ending


def test_the_process_answers_line_by_line_and_ends_with_its_input() -> None:
    asked = [{"number": 1, "texts": ["the hous of the man"], "language": "en"}, {"number": 2, "own": ["hous"]}]
    asked.append({"number": 3, "texts": ["the hous of the man"], "language": "en"})
    done = subprocess.run(
        [sys.executable, "-m", "app.spelling", str(FOLDER)],
        input="".join(json.dumps(line) + "\n" for line in asked),
        capture_output=True,
        text=True,
        timeout=50,
        check=True,
    )
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert told == [
        {"number": 1, "checked": [["en", [[4, 4]]]]},
        {"number": 2},
        {"number": 3, "checked": [["en", []]]},
    ]


@pytest.mark.parametrize(
    "text",
    ["שלום עולם לכולם", "مرحبا بكم في المكتب", "これは日本語の文章です", "Привет всем коллегам", "Καλημέρα σε όλους"],
)
def test_a_script_without_a_dictionary_is_left_alone(checker: Checker, text: str) -> None:
    assert wrong(checker, text) == []
    assert wrong(checker, f"This is the {text} and a hous.") == ["hous"]


def test_dictionaries_of_the_computer_are_found_and_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.spelling import system_dictionaries

    folder, later = tmp_path / "first", tmp_path / "later"
    for place in (folder, later):
        place.mkdir()
        (place / "es_ES.dic").write_text("2\nhola\nmundo\n", "utf-8")
        (place / "es_ES.aff").write_text("SET UTF-8\n", "utf-8")
    (folder / "ru_RU.dic").write_text("1\nпривет\n", "utf-8")  # noqa: RUF001
    (folder / "ru_RU.aff").write_text("SET UTF-8\n", "utf-8")
    (folder / "pl_PL.dic").write_text("1\nnic\n", "utf-8")  # without its rules it is none
    (folder / "hyph_de_DE.dic").write_text("UTF-8\n", "utf-8")
    (folder / "en_US.dic").write_text("1\nx\n", "utf-8")
    (folder / "en_US.aff").write_text("SET UTF-8\n", "utf-8")
    (folder / "empty.dic").write_text("", "utf-8")
    found = system_dictionaries.find([folder, later, tmp_path / "nowhere"])
    assert found == {"es_ES": folder, "ru_RU": folder}
    (folder / "sr_Latn_RS.dic").write_text("1\ndobro\n", "utf-8")
    (folder / "sr_Latn_RS.aff").write_text("SET UTF-8\n", "utf-8")
    monkeypatch.setattr(system_dictionaries, "usual_folders", lambda: [folder])
    checker = Checker(FOLDER)
    assert checker.languages() == ["es_ES", "ru_RU", "sr_Latn_RS"]
    assert wrong(checker, "hola mundo holla", "es_ES") == ["holla"]
    assert wrong(checker, "привет привед hello", "ru_RU") == ["привед"]
    assert wrong(checker, "dobro dobre", "sr_Latn_RS") == ["dobre"]
    assert wrong(checker, "привет and hous", "en") == ["hous"]
    assert wrong(checker, "whatever", "xx_XX") == []


def test_dictionaries_are_looked_for_where_each_system_keeps_them(tmp_path: Path) -> None:
    from app.spelling.system_dictionaries import usual_folders

    environment = {"HOME": str(tmp_path), "DICPATH": str(tmp_path / "mine")}
    linux = usual_folders(environment, "linux")
    assert linux[0] == tmp_path / "mine"
    assert {Path("/usr/share/hunspell"), tmp_path / ".local/share/hunspell"} <= set(linux)
    assert Path("/Library/Spelling") in usual_folders(environment, "darwin")
    office = tmp_path / "LibreOffice/share/extensions/dict-es"
    office.mkdir(parents=True)
    assert usual_folders({"ProgramFiles": str(tmp_path)}, "win32") == [office]
