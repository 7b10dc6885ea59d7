"""The fonts badges are drawn with: those that the installation brings, then the operator's own (docs/badges.md)."""

import functools
import importlib.util
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import uharfbuzz

_PACKAGES = ("fontpkg_arimo", "manimgx_fonts", "manimgx_fonts_cjk")
_ENDINGS = frozenset({".ttf", ".otf", ".ttc", ".otc"})
_FAMILY, _TYPOGRAPHIC_FAMILY = 1, 16
_REGULAR_WEIGHT, _REGULAR_WIDTH = 400, 100
LATIN = "Arimo"
"""Has Arial's metrics (contract.md §4), with Greek, Cyrillic and Hebrew."""
CJK = ("Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans CJK KR", "Noto Sans CJK TC", "Noto Sans CJK HK")
_LAST = ("Noto Emoji", "Noto Sans Symbols")
MOST_FILES_A_FOLDER = 500


@dataclass(frozen=True, eq=False)
class Typeface:
    """One family in its regular weight, ready to shape with."""

    family: str
    path: Path
    font: uharfbuzz.Font
    covered: uharfbuzz.Set

    def covers(self, text: str) -> bool:
        """Whether it has a glyph for every character."""
        return all(ord(character) in self.covered for character in text)


@dataclass(frozen=True, eq=False)
class Fonts:
    """Every typeface, in the order in which they are asked for a glyph, and where they lie."""

    folders: tuple[Path, ...]
    """The installation's."""
    own_files: tuple[Path, ...]
    """The operator's, as far as they bring a family that the installation has not."""
    typefaces: tuple[Typeface, ...]

    @functools.cached_property
    def by_family(self) -> dict[str, Typeface]:
        """The typefaces by their family's name."""
        return {typeface.family: typeface for typeface in self.typefaces}

    @functools.cache  # noqa: B019 - lives as long as the process, with a handful of keys
    def asked_for(self, language: str) -> tuple[Typeface, ...]:
        """Give the order for a text in one of the languages that share Han characters: `sc`, `tc`, `jp`, `kr`."""
        preferred = f"Noto Sans CJK {language.upper()}"
        return tuple(sorted(self.typefaces, key=lambda face: _rank(face.family, preferred)))


def open_fonts(own_folder: Path | None = None) -> Fonts:
    """Open the installation's fonts, and those of a folder of the operator's where there is one."""
    folders = [folder_of(package) for package in _PACKAGES]
    typefaces: dict[str, Typeface] = {}
    for typeface in (found for folder in folders for found in _typefaces_of(folder)):
        typefaces.setdefault(typeface.family, typeface)
    own: dict[str, Typeface] = {}
    for typeface in _typefaces_of(own_folder) if own_folder is not None and own_folder.is_dir() else ():
        if typeface.family not in typefaces:
            own.setdefault(typeface.family, typeface)
    ordered = sorted([*typefaces.values(), *own.values()], key=lambda face: _rank(face.family, CJK[0]))
    own_files = sorted({typeface.path.resolve() for typeface in own.values()})
    return Fonts(tuple(folders), tuple(own_files), tuple(ordered))


def han_language(text: str) -> str:
    """Guess in which language's shapes Han characters are drawn: kana, hangul and bopomofo tell, else `sc`."""
    for character in text:
        if "\u3041" <= character <= "\u30ff" or "\uff66" <= character <= "\uff9d":
            return "jp"
        if "\uac00" <= character <= "\ud7a3" or "\u1100" <= character <= "\u11ff" or "\u3131" <= character <= "\u318e":
            return "kr"
        if "\u3105" <= character <= "\u312f":
            return "tc"
    return "sc"


def _rank(family: str, preferred_cjk: str) -> tuple[int, int | str]:
    """Arimo, Noto Sans, Noto's other scripts, Chinese and its neighbours, emoji (a coloured one first), the rest."""
    if family in {LATIN, "Noto Sans"}:
        return (0, 0 if family == LATIN else 1)
    if family in CJK:
        return (2, -1 if family == preferred_cjk else CJK.index(family))
    if family in _LAST or "Emoji" in family:
        return (3, _LAST.index(family) if family in _LAST else -1)
    return (1, family) if family.startswith("Noto Sans") else (4, family)


def folder_of(package: str) -> Path:
    """Find the folder of a package that carries fonts."""
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        raise ModuleNotFoundError(f"the font package {package} is not installed")
    return Path(found.origin).parent


def _typefaces_of(folder: Path) -> Iterable[Typeface]:
    """Open every upright face of a folder, the ones nearest to a regular weight first."""
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in _ENDINGS and "Italic" not in path.name)
    faces = []
    for path in files[:MOST_FILES_A_FOLDER]:
        blob = uharfbuzz.Blob.from_file_path(str(path))
        faces += [(path, uharfbuzz.Face(blob, index)) for index in range(uharfbuzz.Face(blob, 0).count)]
    opened = [_open_face(path, face) for path, face in faces]
    return [typeface for _, typeface in sorted(opened, key=lambda weighed: weighed[0]) if typeface.family]


def _open_face(path: Path, face: uharfbuzz.Face) -> tuple[float, Typeface]:
    font = uharfbuzz.Font(face)
    if any(axis.tag == "wght" for axis in face.axis_infos):
        font.set_variations({"wght": _REGULAR_WEIGHT})
    weight = font.get_style_value(uharfbuzz.StyleTag.WEIGHT)
    width = font.get_style_value(uharfbuzz.StyleTag.WIDTH)
    family = face.get_name(_TYPOGRAPHIC_FAMILY) or face.get_name(_FAMILY) or ""
    return abs(weight - _REGULAR_WEIGHT) + abs(width - _REGULAR_WIDTH), Typeface(family, path, font, face.unicodes)
