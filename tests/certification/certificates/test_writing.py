"""Names keep the letters of their language, and a machine says which fonts it lacks."""

from pathlib import Path

import pytest

from certification.certificates.writing import (
    SAMPLES,
    language_of,
    missing_scripts,
    runs_from_right,
    width_of,
)


@pytest.mark.parametrize(
    ("name", "hint", "language"),
    [
        ("Ada Lovelace", "en", "en"),
        ("Ada Lovelace", "ja", "ja"),
        ("渡辺 遥ひなた", "en", "ja"),
        ("김하늘", "en", "ko"),
        ("陈伟", "en", "zh"),
        ("陳曉", "zh-Hant", "zh-Hant"),
        ("渡辺", "ja", "ja"),
        ("محمد", "en", "ar"),
        ("محمد", "fa", "fa"),
        ("נועה", "de", "he"),
        ("Ελένη", "en", "el"),
        ("", "en", "en"),
    ],
)
def test_a_name_is_in_the_hinted_language_unless_its_letters_say_otherwise(
    name: str, hint: str, language: str
) -> None:
    assert language_of(name, hint) == language


def test_the_first_letter_with_a_direction_decides_it() -> None:
    assert runs_from_right("محمد (ADM)")
    assert runs_from_right("… 12 נועה")
    assert not runs_from_right("Ada محمد")
    assert not runs_from_right("12 – ")


def test_wide_letters_count_more_and_combining_marks_nothing() -> None:
    assert width_of("陈伟") == 4
    assert width_of("é") == width_of("é") == 1
    assert width_of("WW") > width_of("ww")


def test_this_machine_has_a_font_for_every_script() -> None:
    assert missing_scripts() == []


def test_a_machine_without_fonts_names_every_script(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "fonts.conf"
    config.write_text("<fontconfig></fontconfig>", encoding="utf-8")
    monkeypatch.setenv("FONTCONFIG_FILE", str(config))
    assert missing_scripts() == list(SAMPLES)
