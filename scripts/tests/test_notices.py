"""The notices of packages: which licence is taken, and which texts go along."""

from pathlib import Path

import pytest
from inventory import Component
from notices import chosen, texts

MIT = "MIT License\n\nCopyright (c) 2020 Somebody\n\nPermission is hereby granted, free of charge, to any person"
APACHE = "Apache License\nTERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION"


@pytest.mark.parametrize(
    ("expression", "taken"),
    [
        ("MIT", ["MIT"]),
        ("Unlicense OR MIT", ["MIT"]),
        ("MIT OR Apache-2.0", ["Apache-2.0"]),
        ("(MIT OR Apache-2.0) AND Unicode-3.0", ["Apache-2.0", "Unicode-3.0"]),
        ("Apache-2.0 WITH LLVM-exception OR Apache-2.0 OR MIT", ["Apache-2.0"]),
        ("MIT AND BSD-3-Clause", ["MIT", "BSD-3-Clause"]),
    ],
)
def test_of_several_licences_one_is_taken(expression: str, taken: list[str]) -> None:
    assert chosen(expression) == taken


def test_a_licence_that_nobody_has_looked_at_is_refused() -> None:
    with pytest.raises(SystemExit, match="SSPL-1.0: expected one of .*, found SSPL-1.0"):
        chosen("SSPL-1.0")


def component(place: Path, name: str = "thing") -> Component:
    return Component("cargo", name, "1.0.0", "MIT", place, ["Some Body <some@body>"], "", ("SHA-256", ""))


def test_texts_of_the_licence_that_is_taken_and_notices_go_along(tmp_path: Path) -> None:
    (tmp_path / "LICENSE-MIT").write_text(MIT)
    (tmp_path / "LICENSE-APACHE").write_text(APACHE)
    (tmp_path / "NOTICE").write_text("made by Somebody")
    assert texts(component(tmp_path), ["MIT"]) == [MIT, "made by Somebody"]
    assert texts(component(tmp_path), ["Apache-2.0"]) == ["made by Somebody"]


def test_code_of_another_hand_within_a_package_keeps_its_text(tmp_path: Path) -> None:
    (tmp_path / "LICENSE-APACHE").write_text(APACHE)
    (tmp_path / "vendor").mkdir()
    (tmp_path / "vendor/LICENSE").write_text(MIT)
    assert texts(component(tmp_path), ["Apache-2.0"]) == [MIT]


def test_a_package_without_a_text_gets_that_of_its_licence(tmp_path: Path) -> None:
    [text] = texts(component(tmp_path), ["MIT"])
    assert "Copyright (c) Some Body\n" in text
    with pytest.raises(SystemExit, match="thing: has no text of Zlib"):
        texts(component(tmp_path), ["Zlib"])
