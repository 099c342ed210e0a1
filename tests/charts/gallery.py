"""Draw every form with realistic and with hard data, in both themes and widths, into build/gallery.html.

Run ``python tests/charts/gallery.py [folder]`` and look at it.
"""

import sys
from datetime import date
from pathlib import Path
from statistics import NormalDist

from salesnb.charts import (
    Aged,
    Chart,
    Line,
    bars,
    bullet,
    css_variables,
    curve,
    distribution,
    pacing,
    response,
    small_multiples,
    sparkline,
    stages,
    table,
    tornado,
    trend,
    waterfall,
)
from salesnb.money import Formatter

EURO = Formatter("de_DE", "EUR")
LABELS = [f"{year}-{month:02d}" for year in (2016, 2017) for month in range(1, 13)]
WON = [61, 70, 88, 52, 66, 95, 58, 71, 108, 60, 82, 121, 66, 74, 104, 71, 68, 112, 60, 83, 126, 77, 91, 38]
SERIES = [(label, value * 1_000_00) for label, value in zip(LABELS, WON, strict=True)]
MONTHS = [(label, value, last) for (label, value), (_, last) in zip(SERIES[12:], SERIES, strict=False)]
TEAMS = (
    ("West / Celia Rouche", 40, 35), ("West / Summer Sewald", 33, 38), ("Central / Dustin Brinkmann", 20, 21),
    ("Central / Melvin Marxen", 52, 40), ("East / Cara Losch", 12, 16), ("East / Rocco Neubert", 31, 22),
)  # fmt: skip
REPS = (
    "Darcel Schlecht", "Vicki Laflamme", "Kary Hendrixson", "Cassey Cress", "Donn Cantrell", "Reed Clapper",
    "Zane Levy", "Corliss Cosme", "James Ascencio", "Daniell Hammack", "Maureen Marcano", "Gladys Colclough",
    "Markita Hansen", "Elease Gluck", "Jonathan Berthelot",
)  # fmt: skip
START, END = date(2017, 10, 1), date(2018, 1, 1)
TARGET = [
    (date(2017, 10, 31), 213_000_00),
    (date(2017, 11, 30), 525_000_00),
    (date(2017, 12, 31), 900_000_00),
]
CYCLE = [day for day in range(1, 139) if day % 3 or day < 15]


def aged(name: str, top: float, *, told_to: int = 300, spread: float = 0.03, deals: int = 900) -> Line:
    """A curve that rises to a share, with a band that widens, over 138 days."""
    steps = [
        Aged(day, share, share - spread * day / 138, share + spread * day / 138)
        for day in CYCLE
        for share in (top * (0.35 * min(day / 14, 1) + 0.65 * (day / 138) ** 1.6),)
        if day <= told_to
    ]
    risk = [(age, deals * (1 - 0.8 * age / 150)) for age in (0, 50, 100, 150) if age <= told_to]
    return Line(name=name, steps=tuple(steps), told_to=told_to, at_risk=tuple(risk))


def bell(middle: float, spread: float, count: int = 40) -> list[int]:
    """Quantiles of a bell around a middle."""
    return [round(NormalDist(middle, spread).inv_cdf((n + 0.5) / count)) for n in range(count)]


def reached(today: int, spread: float) -> list[tuple[float, float, float, float]]:
    """A response curve that saturates, with a band that widens away from today's amount."""
    return [
        (amount, sales, sales - off, sales + off)
        for step in range(21)
        for amount in (today * step / 10,)
        for sales in (500_000_00 + 400_000_00 * amount / (amount + today),)
        for off in (20_000_00 + 100_000_00 * spread * abs(amount / today - 1),)
    ]


SOURCE = "Data as of Dec 12, 2017 · 14 open opportunities without an account are left out"


def realistic() -> dict[str, Chart]:
    """Charts as a review has them."""
    grid = [
        (name, [(label, value * this // 100, last * other // 100) for label, value, last in MONTHS])
        for name, this, other in TEAMS
    ]
    return {
        "bullet": bullet(
            "West has won $614K, six points behind where the goal should be today",
            [("Won amount", 614_000_00, 900_000_00, 668_000_00, 571_000_00)],
            subtitle="Won amount, Q4 2017, against the goal",
            note=SOURCE,
        ),
        "bullet ahead": bullet(
            "The goal is passed with three weeks to go",
            [("Won amount", 1_214_000_00, 900_000_00, 868_000_00, 891_000_00)],
            subtitle="Won amount, Q4 2017",
        ),
        "bullet several": bullet(
            "Two of six teams are on pace; Cara Losch's is furthest behind",
            [
                ("West / Celia Rouche", 214_000_00, 300_000_00, 222_000_00, 180_000_00),
                ("West / Summer Sewald", 287_000_00, 310_000_00, 229_000_00, 240_000_00),
                ("Central / Dustin Brinkmann", 118_000_00, 190_000_00, 140_000_00, 111_000_00),
                ("Central / Melvin Marxen", 402_000_00, 410_000_00, 303_000_00, 350_000_00),
                ("East / Cara Losch", 61_000_00, 210_000_00, 155_000_00, 120_000_00),
                ("East / Rocco Neubert", 190_000_00, 260_000_00, 192_000_00, 201_000_00),
            ],
            subtitle="Won amount, Q4 2017 to date",
        ),
        "trend": trend(
            "Won amount beat last year in every full month",
            MONTHS,
            partial="2017-12",
            names=("2017", "2016"),
            subtitle="Won amount by month",
            note=SOURCE,
        ),
        "trend goals": trend(
            "Six of eleven full months reached their goal",
            [(label, value, last, last * 116 // 100) for label, value, last in MONTHS],
            partial="2017-12",
            subtitle="Won amount by month, with each month's goal",
        ),
        "trend 24": trend("Two years, no last year to compare", SERIES, partial="2017-12", names=("Won", "")),
        "trend ratio": trend(
            "The win rate has hardly moved since spring",
            [(row[0], 0.61 + 0.01 * (i % 4), 0.58 + 0.012 * (i % 3)) for i, row in enumerate(MONTHS)],
            unit="ratio",
            subtitle="Opportunities won of those closed",
        ),
        "pacing": pacing(
            "West is $56K behind its seasonal target and needs $286K in the 19 days left",
            [
                (date(2017, 10, 31), 178_000_00),
                (date(2017, 11, 30), 540_000_00),
                (date(2017, 12, 12), 614_000_00),
            ],
            TARGET,
            start=START,
            end=END,
            subtitle="Won amount since Oct 1, cumulative",
        ),
        "pacing ahead": pacing(
            "Ahead of target since the first week",
            [(date(2017, 10, 31), 278_000_00), (date(2017, 11, 9), 390_000_00)],
            TARGET,
            start=START,
            end=END,
            subtitle="Won amount since Oct 1, cumulative",
        ),
        "stages": stages(
            "Two thirds of the open amount is still in Prospecting",
            [
                ("Prospecting", 500, 1_182_000_00, 236_000_00, 41),
                ("Engaging", 214, 505_000_00, 319_000_00, 165.5),
                ("Proposal", 61, 188_000_00, 141_000_00, 33),
                ("Negotiation", 9, 41_000_00, 37_000_00, 12),
            ],
            subtitle="Open opportunities expected to close in Q4 2017",
        ),
        "stages plain": stages("Half is still early", [("Prospecting", 4, 500_00), ("Engaging", 2, 490_00)]),
        "bars": bars(
            "Darcel Schlecht closed more than the next two together",
            [(name, 1_153_000_00 // (place + 1) + 9_000_00) for place, name in enumerate(REPS[:10])],
            subtitle="Won amount by rep, Q4 2017",
            measure="Won",
        ),
        "bars quota": bars(
            "Four of ten reps are at or above quota",
            [
                (name, 300_000_00 - 27_000_00 * place, 240_000_00 - 11_000_00 * (place % 4))
                for place, name in enumerate(REPS[:10])
            ],
            highlight=["Zane Levy"],
            subtitle="Won amount by rep against quota, Q4 2017",
            measure="Won",
        ),
        "waterfall": waterfall(
            "Bigger deals outweighed a lower win rate",
            ("Q4 2016", 571_000_00),
            [("Volume", 41_000_00), ("Win rate", -63_000_00), ("Deal size", 88_000_00), ("Mix", -23_000_00)],
            ("Q4 2017", 614_000_00),
            subtitle="Won amount, same days of the quarter, by what changed it",
        ),
        "waterfall small effects": waterfall(
            "Hardly anything changed",
            ("Q3 2017", 2_943_000_00),
            [("Volume", 21_000_00), ("Win rate", -63_000_00), ("Deal size", 18_000_00), ("Mix", -3_000_00)],
            ("Q4 2017", 2_916_000_00),
            subtitle="Won amount",
        ),
        "small multiples": small_multiples(
            "Melvin Marxen's team carries the growth; Cara Losch's shrinks",
            grid,
            partial="2017-12",
            names=("2017", "2016"),
            subtitle="Won amount by month",
        ),
        "sparkline": sparkline("Won by month", [value for _, value in SERIES]),
        "curve": curve(
            "52% of the deals created are won within 138 days (50% to 54%), half of these within 58 days",
            [aged("Won", 0.52), aged("Lost", 0.31)],
            ages=[0, 50, 100, 150],
            subtitle="Share of the deals created that is won, by days since creation",
            note="1,204 deals created, 310 still open. Intervals: 80%.",
        ),
        "response": response(
            "Nordics would sell $48K more a month with 30 more hours of visits",
            reached(80, 0.35),
            points=[
                (70 + 11 * place % 83, 690_000_00 + 37_000_00 * place % 190_000_00) for place in range(24)
            ],
            today=80,
            allocated=110,
            source="history, 24 months",
            amount_name="Hours of visits a month",
            subtitle="Won amount a month; 80 % of the draws lie in the band",
        ),
        "response judged": response(
            "Nobody has tried more than today's budget in Gulf Coast",
            reached(12_000_00, 0.6),
            today=12_000_00,
            source="judgement of Ann Meyer",
            amount_name="Campaigns a month",
            amount_unit="money",
        ),
        "curve by team": curve(
            "Iberia wins 57% and Alps 49% within 138 days: no more than chance may bring",
            [
                aged(name, 0.57 - 0.02 * place, deals=240 - 20 * place)
                for place, name in enumerate(
                    ("Iberia", "Japan & Korea", "Nordics", "Gulf Coast", "Andes", "Alps")
                )
            ],
            ages=[0, 50, 100, 150],
            subtitle="Share of the deals created that is won, by days since creation, by team",
        ),
        "distribution": distribution(
            "The goal of $720K is attained with a probability of 58%",
            bell(760_000_00, 90_000_00),
            goal=720_000_00,
            to_date=528_757_00,
            reached=[("Nine in ten", 645_000_00), ("Even", 760_000_00), ("One in five", 836_000_00)],
            subtitle="Won amount of Q3 2026, as 100 such cases would end",
        ),
        "tornado": tornado(
            "Deal size moves the chance most",
            [
                ("Deal size", 0.21, 0.72, "11%"),
                ("Win rate", 0.25, 0.68, "9%"),
                ("Cycle", 0.63, 0.36, "8%"),
                ("New deals", 0.42, 0.54, "10%"),
                ("Attrition", 0.48, 0.477, "10 points"),
            ],
            base=0.48,
            unit="ratio",
            subtitle="Chance of attaining the goal with less and with more of each",
        ),
        "table": table(
            "Products by won amount",
            [
                ("Product",),
                ("Won", "money", "bar"),
                ("Win rate", "ratio"),
                ("Deals", "count"),
                ("Trend", "money", "spark"),
            ],
            [
                ("GTX Plus Pro", 262_900_000, 0.643, 479, WON[:12]),
                ("GTX Pro", 351_057_800, 0.636, 729, WON[6:18]),
                ("MG Advanced", 221_638_700, 0.603, 654, [None, *WON[3:9], None, 4]),
                ("GTK 500", 40_061_200, 0.6, 15, []),
                ("Total", 875_657_700, 0.6315, 1877, WON),
            ],
            total=True,
        ),
    }


def hard() -> dict[str, Chart]:
    """Charts of data that break careless drawing."""
    nasty = (
        "<script>alert('x')</script>\n\x00 & \"co\" مبيعات الشرق الأوسط 👩\u200d👩\u200d👧\u200d👦 Straße 東京支店 "
        "very long name indeed GmbH & Co. KGaA"
    )
    return {
        "empty": bars("No deals closed yet", [], nothing="No deals closed in this period"),
        "empty trend": trend("No history", [("2017-01", None)], nothing="No deals closed in this period"),
        "bars negative": bars(
            "Two products lost money on credit notes",
            [
                ("GTX Pro", 90_000_00),
                ("MG Special", -31_000_00),
                ("GTK 500", 42_000_00),
                ("Refunds", -8_000_00),
                ("New", None),
            ],
        ),
        "bars all zero": bars("Nobody has closed anything", [(name, 0, 10_000_00) for name in REPS[:4]]),
        "bars one": bars("One rep", [("Anna", 12_300_00)]),
        "bars 60": bars(
            "Sixty reps, the reader's own in front",
            [(f"Rep number {place}", (61 - place) ** 2 * 1_000_00) for place in range(60)],
            highlight=["Rep number 43"],
            limit=12,
        ),
        "bars names": bars(
            "Names that break things " + nasty,
            [
                (nasty, 90_000_00),
                ("A" * 200, 80_000_00),
                ("", 70_000_00),
                ("مبيعات", 60_000_00),
                ("東京支店営業第一部", 50_000_00),
            ],
            subtitle=nasty,
            note=nasty,
        ),
        "bars huge": bars("Huge", [("All", 10**18), ("Some", 123_456_789_012_345_678)]),
        "trend gaps": trend(
            "Three months are missing",
            [
                (label, None if place in (3, 4, 7) else value, None if place < 6 else last)
                for place, (label, value, last) in enumerate(MONTHS)
            ],
        ),
        "trend one": trend("The first month", [("2017-10", 120_000_00)], partial="2017-10"),
        "trend zero": trend("Nothing yet", [(label, 0, 0) for label, _, _ in MONTHS]),
        "trend negative": trend(
            "Credit notes", [(label, value - 80_000_00, last) for label, value, last in MONTHS], fmt=EURO
        ),
        "trend same end": trend(
            "Both end alike", [(label, value, value * 99 // 100, value) for label, value, _ in MONTHS]
        ),
        "bullet close marks": bullet(
            "Everything at the same place",
            [("Won", 500_000_00, 505_000_00, 500_000_00, 503_000_00)],
            fmt=EURO,
        ),
        "bullet no goal": bullet("No goal is set", [("Won", 500_000_00, None, None, 403_000_00)]),
        "bullet zero": bullet("Nothing won yet", [("Won", 0, 505_000_00, 20_000_00, 503_000_00)]),
        "bullet kpis": bullet(
            "Win rate is up, deals are smaller",
            [
                ("Win rate", 0.66, None, None, 0.61, "ratio"),
                ("Deal size", 2_361_00, 2_500_00, None, 2_702_00),
                ("Sales cycle", 57, 50, None, 49.5, "days"),
                ("Coverage of the rest of the goal by open pipeline", 2.1, 3, None, None, "number"),
            ],
        ),
        "bullet far over": bullet(
            "Ten times the goal", [("Won", 5_000_000_00, 500_000_00, 100_000_00, 90_000_00)]
        ),
        "pacing first day": pacing("Just begun", [(date(2017, 10, 1), 0)], TARGET, start=START, end=END),
        "pacing year": pacing(
            "A year at a glance",
            [(date(2017, 6, 30), 2_178_000_00)],
            [
                (date(2017, 3, 31), 800_000_00),
                (date(2017, 6, 30), 2_200_000_00),
                (date(2017, 12, 31), 5_000_000_00),
            ],
            start=date(2017, 1, 1),
            end=date(2018, 1, 1),
        ),
        "pacing end": pacing(
            "Over", [(date(2017, 12, 31), 700_000_00)], TARGET, start=START, end=END, fmt=EURO
        ),
        "waterfall below zero": waterfall(
            "From loss to gain",
            ("Before", -40_000_00),
            [("Credit notes", -20_000_00), ("New", 100_000_00)],
            ("After", 40_000_00),
        ),
        "waterfall long": waterfall(
            "Many effects",
            ("Q4 2016", 100_00),
            [(f"Effect of something long, number {place}", (-1) ** place * 7_00) for place in range(10)],
            ("Q4 2017", 100_00),
        ),
        "distribution floored": distribution(
            "A third of all cases bring nothing more " + nasty,
            [500_00] * 14 + [500_00 + 40_00 * n for n in range(26)],
            goal=2_400_00,
            to_date=500_00,
            reached=[("Nine in ten", 500_00), ("Even", 760_00), ("One in five", 1_260_00)],
            fmt=EURO,
        ),
        "distribution certain": distribution("It is over", [700_00] * 40, goal=700_00, to_date=700_00),
        "distribution far goal": distribution(
            "Out of reach",
            bell(300_000_00, 20_000_00),
            goal=1_500_000_00,
            to_date=90_000_00,
            reached=[(nasty, 320_000_00)],
        ),
        "distribution one sided": distribution("Deals", [0, 0, 1, 1, 2, 2, 3, 5, 8], goal=0, unit="count"),
        "distribution below zero": distribution(
            "Returns", bell(-5_000_00, 4_000_00), goal=0, to_date=-7_000_00
        ),
        "tornado flat": tornado(
            "Nothing moves it", [(nasty, 0.5, 0.5), ("Cycle", 0.5, 0.5, nasty)], base=0.5, unit="ratio"
        ),
        "tornado ends": tornado(
            "From nothing to all", [("A", 0.0, 1.0), ("B", 1, 0.99)], base=0.0, unit="ratio"
        ),
        "tornado money": tornado(
            "Both ways", [("A", -50_000_00, 120_000_00), ("B", 90_000_00, None)], base=None
        ),
        "stages zero": stages(
            "One stage is empty", [("Prospecting", 0, 0, 0), (nasty, 3, 12_00, 4_00), ("C", 1, None)]
        ),
        "small multiples 30": small_multiples(
            "Thirty teams",
            [
                (
                    f"Team {place} of the very far north",
                    [(label, value * place) for label, value, _ in MONTHS[:5]],
                )
                for place in range(30)
            ],
            limit=12,
        ),
        "response names": response(
            "Names that break things " + nasty,
            [(place, 10**16 * place, -(10**15), 10**17) for place in range(3)],
            points=[(0.5 * place, -5_00 * place) for place in range(90)],
            today=1,
            allocated=1.01,
            source=nasty,
            amount_name="A" * 200,
        ),
        "response of nothing": response("Nothing is sold", [(0, 0), (1, 0)], allocated=5, source=""),
        "curve names": curve(
            "Names that break things " + nasty,
            [
                aged(nasty, 0.5),
                aged("A" * 200, 0.5),
                aged("", 0.499),
                aged("مبيعات", 0.498),
                aged("東京支店営業第一部", 0),
            ]
            + [aged("Never drawn", 0.4)] * 9,
            ages=[0, 50, 100, 150],
            note=nasty,
        ),
        "curve that ends early": curve(
            "The young cohort is only forty days old",
            [
                aged("2026-Q2", 0.5),
                aged("2026-Q3", 0.6, told_to=40),
                Line(name="None", steps=(), told_to=None),
            ],
            ages=[0, 50, 100, 150],
        ),
        "curve of one step": curve(
            "All won on one day",
            [Line(name="Won", steps=(Aged(3, 1),), told_to=3, at_risk=((0, 12.0),))],
            ages=[0, 1, 2, 3],
        ),
        "curve of nothing won": curve(
            "None is won", [Line(name="Won", steps=(Aged(9, 0.0),), told_to=20)], ages=[0, 10, 20]
        ),
        "sparkline gaps": sparkline("Gaps", [3, None, 5, 6, None, None, 2], unit="count"),
        "table names": table(
            "Names " + nasty, [("Rep",), ("Won", "money", "bar")], [(nasty, -5_00), ("=1+1", 10**15)]
        ),
    }


def page() -> str:
    """Give the gallery as one HTML page with no scripts."""
    parts = []
    for theme in ("light", "dark"):
        for name, chart in {**realistic(), **hard()}.items():
            parts.append(f'<section data-theme="{theme}"><h2>{name}</h2>{_shown(chart)}</section>')
    head = f"<!doctype html><meta charset=utf-8><title>Charts</title><style>{_STYLE}</style>"
    return head + "".join(parts)


def _shown(chart: Chart) -> str:
    if chart.form == "table":
        return f'<div class="two">{chart.html()}</div>'
    return f'<div class="two"><div>{chart.svg(720)}</div><div>{chart.svg(360)}</div></div>'


_LIGHT = css_variables().splitlines()[0].removeprefix(":root")
_STYLE = (
    css_variables().replace(":root[data-theme", "[data-theme")
    + f"section[data-theme=light]{_LIGHT}"
    + """
section{background:var(--snb-bg);color:var(--snb-ink);padding:10px 20px}
body{margin:0;font:13px Arial,sans-serif}
h2{font:11px monospace;opacity:.6;margin:0 0 6px}
.two{display:flex;gap:40px;align-items:flex-start}
.snb-table{border-collapse:collapse}
.snb-table caption{text-align:left;font-weight:bold;margin-bottom:6px}
.snb-table td,.snb-table th{padding:4px 10px;border-bottom:1px solid var(--snb-grid)}
.snb-table th[scope=row]{font-weight:inherit}
"""
)


if __name__ == "__main__":
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "build")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "gallery.html").write_text(page(), encoding="utf-8")
