"""Reviews: a workbook for every team, the plan's own workbook, and the company's index page."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from salesnb.actions import clock
from salesnb.actions.clusters import cluster
from salesnb.actions.contacts import Contacts, contacts_of
from salesnb.actions.extracts import Extract, company_extract, review_extracts
from salesnb.actions.facts import Facts
from salesnb.actions.freshness import inputs_key, kept_results
from salesnb.actions.handing_out import CompanyPages, hand_out, reviewed
from salesnb.actions.indexing import index_page
from salesnb.actions.naming import COMPANY, Names
from salesnb.actions.own_kpis import files_key, usable, versions_used
from salesnb.actions.plan_extract import plan_extract
from salesnb.actions.prospects import SharedOutlooks
from salesnb.actions.review_request import DEFAULT_TEMPLATE, ReviewOutcome, ReviewRequest
from salesnb.actions.stale_data import Doubt, accepted, data_doubts
from salesnb.errors import BadInput, UnknownName, nearest
from salesnb.kpis import catalogue
from salesnb.workbooks.deciding import KEPT, intents
from salesnb.workbooks.findings_words import period_name
from salesnb.workbooks.index import IndexPage, render_index
from salesnb.workbooks.jobs import Intent, Job, Result, RunHeader, RunReport
from salesnb.workbooks.paths import extract_name, slug
from salesnb.workbooks.review_notes import stated_as_of
from salesnb.workbooks.runner import run_jobs
from salesnb.workbooks.templates import Template, check_parameters, find_template, templates

if TYPE_CHECKING:
    from salesnb.planning import Plan
    from salesnb.workspace import Workspace

PLAN_SLUG = "plan"

__all__ = ["DEFAULT_TEMPLATE", "ReviewOutcome", "ReviewRequest", "explain_review", "review"]


def review(
    workspace: "Workspace", request: ReviewRequest, *, progress: Callable[[str], None] | None = None
) -> ReviewOutcome:
    """Write the plan's workbook, a review for every unit, and the index; what has not changed is kept.

    Raises
    ------
    UnknownName
        When the plan, period, dimension, template or a unit is not known.
    BadInput
        When there is nothing to review, or the data is older or has lost more rows than the settings allow.
    BadUsage
        When another run writes into the folder, or the cluster that is asked for cannot do it.
    """
    tell = progress or (lambda _text: None)
    with _opened(workspace, request) as opened:
        kept = opened.kept()
        if kept:
            return opened.outcome(RunReport(folder=opened.folder, results=kept, changed=False), 0.0)
        tell("Reading the figures")
        run = opened.with_usable_kpis()
        prepared = run.prepare()
    return run.finish(prepared, tell)


def explain_review(
    workspace: "Workspace", request: ReviewRequest, *, progress: Callable[[str], None] | None = None
) -> tuple[Intent, ...]:
    """Say for every workbook whether `review` would make it or keep it, and why; no cell is run and no page written.

    Raises
    ------
    UnknownName, BadInput
        As `review` does.
    """
    with _opened(workspace, request) as run:
        kept = run.kept()
        if kept:
            return tuple(Intent(id=one.id, name=one.name, verdict="keep", reason=KEPT) for one in kept)
        if progress:
            progress("Reading the figures")
        prepared = replace(run, makes_pages=False).with_usable_kpis().prepare()
    return intents(prepared.jobs, run.folder, force=request.force, partial=bool(request.only))


@contextmanager
def _opened(workspace: "Workspace", request: ReviewRequest) -> "Iterator[_Run]":
    """Open the data and say what the run is about; no figure has been read yet."""
    plan = _plan(workspace, request.plan)
    period = workspace.calendar.period(request.period or plan.period.label)
    settings = workspace.settings
    with workspace.dataset() as data:
        as_of = min(request.as_of or data.meta.as_of, data.meta.as_of)
        doubts = data_doubts(data, settings, request.today or clock.today(settings.time_zone))
        facts = Facts(
            data=data,
            calendar=workspace.calendar,
            names=Names(data=data, as_of=as_of, company=settings.company, record_url=settings.record_url),
            by=request.by or data.meta.levels[-1],
            period=period,
            as_of=as_of,
            restated=request.restated,
            known=workspace.catalogue(data),
            caution=accepted(doubts, stale_ok=request.stale_ok),
        )
        yield _Run(workspace=workspace, plan=plan, facts=facts, request=request, doubts=doubts)


@dataclass(frozen=True, kw_only=True)
class _Run:
    """One run: its jobs, its folder, and the pages above the single reviews."""

    workspace: "Workspace"
    plan: "Plan"
    facts: Facts
    request: ReviewRequest
    doubts: tuple[Doubt, ...] = ()
    makes_pages: bool = True

    def kept(self) -> tuple[Result, ...]:
        """Give the results of a run of the same inputs, where it is whole; else nothing."""
        if self.request.force or self.request.only:
            return ()
        return tuple(replace(result, status="kept") for result in kept_results(self.folder, self.key))

    def with_usable_kpis(self) -> "_Run":
        """Set aside KPIs of the workspace that cannot be computed."""
        return replace(self, facts=replace(self.facts, known=usable(self.facts)))

    @property
    def folder(self) -> Path:
        """Name the run's folder by plan, period and as-of date; a run by something else than teams has its own."""
        base = self.request.out or self.workspace.reviews_dir
        by = "" if self.facts.by == self.facts.data.meta.levels[-1] else f"-by-{self.facts.by}"
        own = "" if self.request.template == DEFAULT_TEMPLATE else f"-{Path(self.request.template).stem}"
        restated = "-restated" if self.request.restated else ""
        as_of = self.facts.as_of.isoformat()
        return base / self.plan.name / f"{self.facts.period.label}-asof-{as_of}{by}{own}{restated}"

    @cached_property
    def templates(self) -> tuple[Template, Template]:
        """Find the template asked for, and the plan's."""
        known = templates(self.workspace.templates_dir)
        return find_template(self.request.template, known), find_template("plan", known)

    @cached_property
    def key(self) -> str:
        """Hash all that the run depends on."""
        facts = self.facts
        # Of the workspace's own KPIs the files count, whether or not they can be computed.
        own = files_key(self.workspace.kpis_dir)
        kpis = [(kpi.name, kpi.formula, kpi.version, kpi.label) for _, kpi in catalogue().items()]
        asked = (facts.period.label, facts.by, facts.as_of, facts.restated, facts.caution, kpis, own)
        # Going back to earlier files gives the same data, with another history.
        history = [one.fingerprint for one in facts.data.imports]
        fingerprint = " ".join((facts.data.meta.fingerprint, *history))
        return inputs_key(self.workspace, self.plan, fingerprint, asked, (t.path for t in self.templates))

    @cached_property
    def outlooks(self) -> SharedOutlooks:
        """The outlooks that all pages share."""
        return SharedOutlooks(
            workspace=self.workspace, plan=self.plan, facts=self.facts, is_recorded=self.makes_pages
        )

    @cached_property
    def withheld(self) -> frozenset[str]:
        """Name what the environment holds for the workspace alone."""
        return self.workspace.secret_names()

    def prepare(self) -> "_Prepared":
        """Read every figure and make the jobs; nothing has run yet."""
        template, plan_template = self.templates
        extracts = review_extracts(self.workspace, self.plan, self.facts, template.name, self.outlooks)
        wanted = _wanted(extracts, self.request.only)
        if not wanted:
            where = f"by {self.facts.by} in {self.facts.period.label}"
            raise BadInput(f"There is nothing to review {where}.", hint="Choose another --by or --period.")
        jobs = [self._review_job(extract, template) for extract in wanted]
        if not self.request.only:
            jobs.insert(0, self._plan_job(plan_template))
        company = company_extract(self.workspace, self.plan, replace(self.facts, by=COMPANY))
        return _Prepared(
            jobs=tuple(jobs), extracts=extracts, company=company, contacts=contacts_of(self.facts)
        )

    def finish(self, prepared: "_Prepared", tell: Callable[[str], None]) -> ReviewOutcome:
        """Run the jobs, write the index, and lay out who gets what."""
        started, request = time.perf_counter(), self.request
        index: list[IndexPage] = []

        def pages(done: RunReport) -> dict[str, str]:
            index.append(self._index(prepared, done))
            return {"index.html": render_index(index[-1])}

        with cluster(request.dask, self.folder) if request.dask else nullcontext() as executor:
            report = run_jobs(
                prepared.jobs,
                self.folder,
                header=self._header(),
                executor=executor,
                workers=request.jobs,
                timeout=request.timeout,
                isolated=request.isolated,
                force=request.force,
                partial=bool(request.only),
                progress=lambda state: tell(state.line()),
                finish=pages,
                after=lambda done: self._hand_out(prepared, done, index[-1]),
            )
        return self.outcome(report, time.perf_counter() - started)

    def outcome(self, report: RunReport, seconds: float) -> ReviewOutcome:
        """Say what came of it."""
        ran, kept, failed = (report.count(status) for status in ("ran", "kept", "failed"))
        return ReviewOutcome(
            folder=report.folder,
            index=report.folder / "index.html",
            failures=tuple(
                f"{_told_apart(result, report)} failed: {result.reason}" for result in report.failures
            ),
            summary=f"{ran} made, {kept} unchanged, {failed} failed in {seconds:.1f} s.",
            notices=(
                *(doubt.what for doubt in self.doubts),
                *(f"Left out: {told}" for told in self.facts.known.failures.values()),
            ),
        )

    def _index(self, prepared: "_Prepared", report: RunReport) -> IndexPage:
        done = {result.id for result in report.results}
        shown = tuple(extract for extract in prepared.extracts if extract.id in done)
        return index_page(self.workspace, self.plan, self.facts, shown, prepared.company, report)

    def _hand_out(self, prepared: "_Prepared", report: RunReport, index: IndexPage) -> bool:
        company = CompanyPages(name=index.company, about=index.title, finding=index.finding, plan=PLAN_SLUG)
        about = f"{self.templates[0].title} {self._period}"
        reviews = reviewed(report, company, prepared.contacts, about)
        told = {"plan": self.plan.name, "as_of": self.facts.as_of.isoformat()}
        return hand_out(report.folder, told, reviews, self.workspace.settings.deliveries).changed

    def _review_job(self, extract: Extract, template: Template) -> Job:
        name = slug(extract.name, extract.id)
        return Job(
            id=extract.id,
            name=extract.name,
            slug=name,
            template=template.path,
            parameters=check_parameters(template, {"extract": extract_name(name)}),
            extract=extract.to_bytes(),
            title=f"{extract.name}: {template.title} {self._period}",
            facts=self._page_facts(),
            locale=self.workspace.settings.locale,
            withheld=self.withheld,
        )

    def _plan_job(self, template: Template) -> Job:
        content = plan_extract(self.workspace, self.plan, self.facts, self.outlooks)
        return Job(
            id=PLAN_SLUG,
            name=f"Plan {self.plan.name}",
            slug=PLAN_SLUG,
            template=template.path,
            parameters=check_parameters(template, {"extract": extract_name(PLAN_SLUG)}),
            extract=content.to_bytes(),
            title=f"{self.workspace.settings.company}: {template.title} {self._period}",
            facts=self._page_facts(),
            back="index.html",
            locale=self.workspace.settings.locale,
            withheld=self.withheld,
        )

    def _header(self) -> RunHeader:
        return RunHeader(
            plan=self.plan.name,
            revision=self.plan.revision,
            as_of=self.facts.as_of.isoformat(),
            # Of one given as a file its name: the path is the machine's.
            template=self.templates[0].name,
            # A run of some units says nothing of the others, so it does not stand for the whole.
            more={
                "inputs": "" if self.request.only else self.key,
                "kpis": versions_used(self.workspace.kpis_dir, self.facts.known),
            },
        )

    @property
    def _period(self) -> str:
        settings = self.workspace.settings
        return period_name(self.facts.period.label, settings.formatter, settings.fiscal_year_start)

    def _page_facts(self) -> tuple[str, ...]:
        return (
            stated_as_of(
                self.workspace.settings.formatter.date(self.facts.as_of),
                self.facts.caution,
                restated=self.facts.restated,
            ),
            self.facts.period.label,
        )


@dataclass(frozen=True, kw_only=True)
class _Prepared:
    """Everything that a run needs of the data."""

    jobs: tuple[Job, ...]
    extracts: tuple[Extract, ...]
    company: Extract
    contacts: Contacts


def _told_apart(result: Result, report: RunReport) -> str:
    """Name a unit, with its id where another has the same name."""
    shared = any(other.name == result.name and other.id != result.id for other in report.results)
    return f"{result.name} ({result.id})" if shared else result.name


def _wanted(extracts: tuple[Extract, ...], only: tuple[str, ...]) -> tuple[Extract, ...]:
    """Pick the units asked for by id or name."""
    if not only:
        return extracts
    for name in only:
        if not any(name in (extract.id, extract.name) for extract in extracts):
            known = {extract.name for extract in extracts}
            raise UnknownName(f"There is nothing named {name!r} to review.", hint=nearest(name, known))
    return tuple(extract for extract in extracts if {extract.id, extract.name} & set(only))


def _plan(workspace: "Workspace", name: str | None) -> "Plan":
    store = workspace.plans()
    if name:
        return store.load(name)
    names = store.names()
    if len(names) == 1:
        return store.load(names[0])
    if not names:
        raise BadInput(
            "The workspace has no plan.", hint="Make one: salesnb plan new NAME --period P --goal KPI=AMOUNT."
        )
    raise UnknownName("The workspace has several plans.", hint=f"Name one: {', '.join(names)}.")
