"""Invented names: people of many origins, companies, and the places they sell in."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

__all__ = [
    "PRODUCTS",
    "REGIONS",
    "SECTORS",
    "ProductName",
    "Region",
    "company_names",
    "email",
    "person_names",
]


@dataclass(frozen=True, kw_only=True)
class ProductName:
    """A product as the price list spells it, and as opportunities do."""

    name: str
    family: str
    written: str


@dataclass(frozen=True, kw_only=True)
class Region:
    """A region and the countries that its accounts are in."""

    name: str
    countries: tuple[str, ...]


# In the order of Calibration.products.
PRODUCTS = (
    ProductName(name="Brook Meter", family="Brook", written="Brook Meter"),
    ProductName(name="Brook Pro", family="Brook", written="BrookPro"),
    ProductName(name="Brook Plus", family="Brook", written="Brook Plus"),
    ProductName(name="Brook Plus Pro", family="Brook", written="Brook Plus Pro"),
    ProductName(name="Drop Kit", family="Drop", written="Drop Kit"),
    ProductName(name="Drop Lab", family="Drop", written="Drop Lab"),
    ProductName(name="Delta 500", family="Delta", written="Delta 500"),
)

REGIONS = (
    Region(name="Americas", countries=("United States", "Canada", "Mexico", "Chile", "Brazil")),
    Region(name="Europe", countries=("Germany", "Norway", "Spain", "Austria", "Sweden", "Italy")),
    Region(
        name="Asia-Pacific", countries=("Philippines", "Japan", "Australia", "South Korea", "New Zealand")
    ),
)

# A sector and the words that its companies' names end in.
SECTORS = {
    "water utilities": ("Utilities", "Waterworks"),
    "technology": ("Systems", "Devices", "Software"),
    "food and drink": ("Foods", "Dairy", "Brewery"),
    "medical": ("Clinics", "Care", "Diagnostics"),
    "chemicals": ("Chemicals", "Coatings"),
    "farming": ("Farms", "Growers"),
    "research": ("Research", "Labs", "Institute"),
    "public sector": ("Council", "District"),
    "energy": ("Energy", "Power"),
    "shipping": ("Shipping", "Lines", "Docks"),
}


def listed(words: str) -> tuple[str, ...]:
    """Take words apart."""
    return tuple(words.split())


_GIVEN = listed(
    "Adaeze Agnieszka Alma Amara Anahit Anselm Aroha Ayumi Bartek Beatriu Bashir Chiara Dagny Dalisay "
    "Deepika Eamon Ebru Einar Eleni Farid Fumiko Gaspard Hana Hinemoa Idris Imani Ines Isidro Jarek Jomar "
    "Kalani Kavita Keiko Lateefah Leilani Lerato Ligaya Lorcan Łukasz Mairéad Malakai Mateus Mbali Minh "
    "Nadia Nneka Odile Oksana Paloma Priya Quang Ramiro Rasmus Saoirse Sefa Solveig Takumi Tendai Xiomara "
    "Zoë"
)
_FAMILY = listed(
    "Abernethy Adomako Almquist Amankwah Aspinall Balakrishnan Barrientos Bergquist Bjerke Bondarenko "
    "Brannigan Castellanos Chikwanha Cuevas Dalgaard Danquah Delacroix Demirci Dziedzic Echeverría "
    "Eskildsen Fairweather Fernandopulle Fukunaga Gasparyan Ghorbani Grimaldo Hakimi Halloran Harjanto "
    "Hoshino Iturbe Jablonski Jayawardena Kaleo Karagiannis Kisimba Kowalczuk Kurosawa-Lind Lindqvist "
    "Mahlangu Makoni Marchetti Matsudaira Mendonça Mokoena Nakashima Ndiaye Nordahl Núñez-Prat Obuya "
    "Okonjo Oyelaran Pangilinan Papadakis Petrosyan Quispe Raghunathan Rautio Saldanha Sandoval-Ruiz "
    "Schönfelder Sihombing Stavrou Sugiyama Taumalolo Tchaikov Uzunoğlu Vaitkus Westergren Yazzie"
)
_FIRST = listed(
    "Alder Amber Arrow Ash Aspen Barley Beacon Birch Bramble Brindle Canyon Cedar Cinder Clover Cobalt "
    "Copper Coral Crane Dapple Drift Ember Fallow Fern Flint Gable Garnet Granite Harrow Hazel Heron "
    "Indigo Iron Juniper Kestrel Lantern Larch Linden Lumen Maple Marble Meadow Mica Moss North Oak Ochre "
    "Onyx Opal Otter Pebble Pine Quarry Quill Raven Reed Rowan Sable Saffron Sage Silver Slate Sorrel "
    "Spruce Stone Summit Swift Tallow Tamar Teal Thistle Timber Topaz Umber Velvet Walnut Willow Winter "
    "Wren Yarrow Zephyr"
)
_SECOND = listed(
    "bank beck bourne bridge brook by combe cote croft dale den fell field ford gate grove ham haven holm "
    "hurst ley mere mont moor ness port ridge stead stoke thorpe ton vale wade wick worth"
)
_LETTERS = str.maketrans({"Ł": "L", "ł": "l", "ğ": "g", "ı": "i"})


def person_names(count: int, rng: np.random.Generator) -> tuple[str, ...]:
    """Draw as many different full names; given and family names repeat as late as they can."""
    given, family = rng.permutation(np.array(_GIVEN)), rng.permutation(np.array(_FAMILY))
    width, length = len(given), len(family)
    return tuple(f"{given[i % width]} {family[(i + i // width) % length]}" for i in range(count))


def company_names(sectors: Sequence[str], rng: np.random.Generator) -> tuple[str, ...]:
    """Draw a different company name for each sector given."""
    drawn = rng.choice(len(_FIRST) * len(_SECOND), size=len(sectors), replace=False)
    first, second = np.divmod(drawn, len(_SECOND))
    return tuple(
        f"{_FIRST[a]}{_SECOND[b]} {rng.choice(SECTORS[sector])}"
        for a, b, sector in zip(first, second, sectors, strict=True)
    )


def email(name: str) -> str:
    """Make an address under the reserved domain ``example``."""
    folded = unicodedata.normalize("NFKD", name.translate(_LETTERS)).encode("ascii", "ignore").decode()
    return f"{folded.lower().replace(' ', '.')}@brightwater.example"
