"""The invented company that sells: regions, teams with a story each, reps who come and go, accounts."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from salesnb.crm._generator_names import REGIONS, SECTORS, company_names, email, listed, person_names
from salesnb.crm.calibration import CALIBRATION

__all__ = ["RAMP_DAYS", "Account", "Company", "Rep", "Team", "found_company"]

# A new rep reaches the pace of the others along a straight line.
RAMP_DAYS = 180
_MONTH = 30.4375
_CALIBRATED_REPS = 40


@dataclass(frozen=True, kw_only=True)
class Team:
    """A team and what happens to it.

    Attributes
    ----------
    name, region, manager
        What people call it, where it hangs, who leads it.
    reps
        How many are there from the beginning to the end.
    growth
        New opportunities a year, as a rate: 0.1 is ten percent more each year.
    recent_flow
        Factor on its new opportunities in the last seven months.
    recent_odds
        Added to the logit of its win rate in the last eight months.
    hired_months, left_months
        Months before the last day at which someone started, or left.
    story
        The same in words; empty for a team to which nothing happens.
    """

    name: str
    region: str
    manager: str = ""
    reps: int = 5
    growth: float = 0.06
    recent_flow: float = 1.0
    recent_odds: float = 0.0
    hired_months: tuple[float, ...] = ()
    left_months: tuple[float, ...] = ()
    story: str = ""


@dataclass(frozen=True, kw_only=True)
class Rep:
    """A person who owns opportunities.

    Attributes
    ----------
    rep_id, name, email
        Who it is.
    team, successor
        Places in the company's teams and reps; the successor takes over what is open on ``end_on``.
    start_on, end_on
        First day, and the day from which nothing is theirs any more.
    pace
        Share of the company's new opportunities when nothing else happens.
    odds
        Added to the logit of the win rate.
    """

    rep_id: str
    name: str
    email: str
    team: int
    start_on: date
    end_on: date | None
    pace: float
    odds: float
    successor: int


@dataclass(frozen=True, kw_only=True)
class Account:
    """A customer."""

    account_id: str
    name: str
    sector: str
    employees: int
    revenue: float
    country: str
    region: int


@dataclass(frozen=True, kw_only=True)
class Company:
    """Everything that is decided before the first opportunity is."""

    teams: tuple[Team, ...]
    reps: tuple[Rep, ...]
    accounts: tuple[Account, ...]


_TEAMS = (
    Team(name="Great Lakes", region="Americas", reps=6, left_months=(22.0,), hired_months=(21.0,)),
    Team(
        name="Nordics",
        region="Europe",
        growth=0.10,
        recent_flow=1.30,
        recent_odds=0.50,
        hired_months=(14.0,),
        story="well ahead: it wins more often and finds more to win",
    ),
    Team(
        name="Alps",
        region="Europe",
        recent_odds=-0.85,
        story="behind on its win rate: a competitor undercuts it, its pipeline is as full as ever",
    ),
    Team(
        name="Gulf Coast",
        region="Americas",
        reps=4,
        recent_flow=0.62,
        left_months=(7.5, 5.0),
        story="behind on a thin pipeline: two reps left and nobody followed, its win rate holds",
    ),
    Team(
        name="Japan & Korea",
        region="Asia-Pacific",
        reps=4,
        growth=0.30,
        hired_months=(20.0, 8.0),
        story="growing with its region",
    ),
    Team(name="Iberia", region="Europe", reps=4, left_months=(16.0,), hired_months=(15.0,)),
    Team(
        name="Oceania",
        region="Asia-Pacific",
        reps=4,
        growth=0.28,
        hired_months=(11.0,),
        story="growing with its region",
    ),
    Team(name="Andes", region="Americas", reps=4, hired_months=(0.4,)),
)
_PLACES = listed(
    "Harbour Hill Lake Ridge Valley Delta Forest Canyon Prairie Bay Island Steppe Plateau Fjord Glacier "
    "Meadow Orchard Savanna Lagoon Dune"
)
_SIDES = listed(
    "North South East West Upper Lower Inner Outer Old New Great Little High Low Far Near First Second "
    "Third Fourth Fifth Sixth Seventh Eighth Ninth"
)


def found_company(*, teams: int, accounts: int, last_day: date, rng: np.random.Generator) -> Company:
    """Invent the organisation and its customers."""
    plans = _TEAMS[:teams] + tuple(_further_team(number) for number in range(teams - len(_TEAMS)))
    people = sum(plan.reps + len(plan.hired_months) + len(plan.left_months) + 1 for plan in plans)
    names = iter(person_names(people, rng))
    ordered = sorted(plans, key=lambda plan: (plan.region, plan.name))
    led = tuple(replace(plan, manager=next(names)) for plan in ordered)
    reps = _hire(led, tuple(names), last_day, rng)
    return Company(teams=led, reps=reps, accounts=_open_accounts(accounts, rng))


def _further_team(number: int) -> Team:
    side, place = divmod(number, len(_PLACES))
    return Team(
        name=f"{_SIDES[side]} {_PLACES[place]}",
        region=REGIONS[number % len(REGIONS)].name,
        growth=0.02 + 0.02 * (number % 7),
        hired_months=(3.0 + number % 25,),
    )


def _hire(
    teams: tuple[Team, ...], names: tuple[str, ...], last_day: date, rng: np.random.Generator
) -> tuple[Rep, ...]:
    """Fill the teams: those who stay, who come, and who go and hand over to one who stays."""
    paces = _paces(teams)
    reps: list[Rep] = []
    for place, team in enumerate(teams):
        first = len(reps)
        spells = (
            [(_long_ago(last_day, rng), None) for _ in range(team.reps)]
            + [(_months_before(last_day, months), None) for months in team.hired_months]
            + [(_long_ago(last_day, rng), _months_before(last_day, months)) for months in team.left_months]
        )
        for number, (start_on, end_on) in enumerate(spells):
            name = names[len(reps)]
            reps.append(
                Rep(
                    rep_id=f"R{len(reps) + 1:03d}",
                    name=name,
                    email=email(name),
                    team=place,
                    start_on=start_on,
                    end_on=end_on,
                    pace=paces[place][number],
                    odds=float(rng.normal(0, 0.06)),
                    successor=first + number % team.reps,
                )
            )
    return tuple(reps)


def _paces(teams: tuple[Team, ...]) -> list[list[float]]:
    """Share of the company's opportunities that each rep would have, dealt out so that teams come out alike.

    The five busiest have the calibrated shares; the others fall off evenly behind them.
    """
    # A company of hundreds has no one with a twelfth of it.
    shrunk = min(1.0, _CALIBRATED_REPS / sum(team.reps for team in teams))
    top = [share * shrunk for share in CALIBRATION.top_rep_shares]
    sizes = [team.reps + len(team.hired_months) + len(team.left_months) for team in teams]
    others = max(sum(team.reps for team in teams) - len(top), 1)
    falling = np.linspace(1.3, 0.6, others)
    shares = [*top, *(falling / falling.sum() * (1 - sum(top)))]
    usual = float(np.mean(shares[len(top) :]))
    dealt: list[list[float]] = [[] for _ in teams]
    turn = list(range(len(teams)))
    while shares:
        for place in turn:
            if len(dealt[place]) < teams[place].reps and shares:
                dealt[place].append(shares.pop(0))
        turn.reverse()
    return [paces + [usual] * (size - len(paces)) for paces, size in zip(dealt, sizes, strict=True)]


def _long_ago(last_day: date, rng: np.random.Generator) -> date:
    return last_day - timedelta(days=int(rng.integers(1_500, 4_500)))


def _months_before(last_day: date, months: float) -> date:
    return last_day - timedelta(days=round(months * _MONTH))


def _open_accounts(count: int, rng: np.random.Generator) -> tuple[Account, ...]:
    sectors = [str(sector) for sector in rng.choice(np.array(list(SECTORS)), size=count)]
    names = company_names(sectors, rng)
    sizes = np.exp(rng.normal(6.5, 1.2, size=count))
    accounts = []
    for place, (name, sector, size) in enumerate(zip(names, sectors, sizes, strict=True)):
        region = place % len(REGIONS)
        countries = REGIONS[region].countries
        accounts.append(
            Account(
                account_id=f"A{place + 1:04d}",
                name=name,
                sector=sector,
                employees=max(int(size), 5),
                revenue=round(float(size) * float(rng.uniform(0.1, 0.4)), 2),
                country=countries[(place // len(REGIONS)) % len(countries)],
                region=region,
            )
        )
    return tuple(accounts)
