# Everything needs only Python 3.11 or newer, git and make; the rest is set up in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO := build/demo
STAMP := $(VENV)/.salesnb-setup

.DEFAULT_GOAL := help
.PHONY: help setup demo lab test test-fast bench-import bench-kpis bench-goals bench-cascade bench-allocation bench-session bench-reviews pictures lint format lock clean

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) ## make the virtual environment from the lock

$(STAMP): requirements.lock pyproject.toml tools/make_venv.sh
	@PYTHON="$(PYTHON)" VENV="$(VENV)" sh tools/make_venv.sh
	@touch $@

demo: setup ## a sample company: data, plan, a review for every team, an index page
	@$(BIN)/salesnb demo $(DEMO)

lab: setup ## open JupyterLab on the demo workspace
	@test -f $(DEMO)/salesnb.toml || $(BIN)/salesnb demo $(DEMO)
	@$(BIN)/salesnb -C $(DEMO) lab

test: setup ## all tests, with what they need
	@$(BIN)/python tools/run_tests.py all

test-fast: setup ## what one runs while working: under a minute
	@$(BIN)/python tools/run_tests.py fast

bench-import: setup ## import of CSV beside DuckDB's read_csv; QUICK=1 for a small size
	@$(BIN)/python -m benchmarks.imports

bench-kpis: setup ## KPIs beside DuckDB by hand and pandas; QUICK=1 for a small size
	@$(BIN)/python -m benchmarks.kpis

bench-goals: setup ## goals on the past: how probable each was said to be; QUICK=1 for few worlds
	@$(BIN)/python -m benchmarks.goals

bench-cascade: setup ## two cuts of 10,000 nodes beside pandas; QUICK=1 for a small size
	@$(BIN)/python -m benchmarks.cascade

bench-allocation: setup ## allocations beside SLSQP and a climb on a grid; QUICK=1 for small sizes
	@$(BIN)/python -m benchmarks.allocation

bench-session: setup ## sliders in JupyterLab beside plain ipywidgets; QUICK=1 for few segments
	@$(BIN)/python tools/run_tests.py needs
	@$(BIN)/python -m benchmarks.session

bench-reviews: setup ## reviews of 40 teams beside papermill in a loop and in a pool; QUICK=1 for few teams
	@$(BIN)/python -m benchmarks.reviews

pictures: setup ## screenshots of the pages, in build/pictures
	@$(BIN)/python tools/run_tests.py needs
	@$(BIN)/python -m tools.pictures

lint: setup ## lint, format check, types and import rules
	@$(BIN)/python tools/run_tests.py lint types imports

format: setup ## format the code
	@$(BIN)/ruff check --fix --select I .
	@$(BIN)/ruff format .

lock: setup ## resolve the dependencies anew (needs uv)
	@uv pip compile pyproject.toml --extra test --universal --generate-hashes --no-annotate --no-header \
		--python-version 3.11 --quiet -o requirements.lock

clean: ## remove what was made, but not the virtual environment
	@rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
