# Every target sets up what it needs and may be run again at any time; offline, too, once set up.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
WORKERS ?= 2
SOAK ?= 20s
PAYERS ?= 50
DURATION ?= 60s
PORT ?= 8080

.DEFAULT_GOAL := help
.PHONY: help setup check check-example reproduce bugs bench bench-reckoning bench-driver bench-journal bites bench-checkout load serve test mutants lint schema docs clean

help:  ## show this
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name one with: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

setup: $(READY)  ## the virtual environment .venv, with everything

check: $(READY)  ## check the reference merchant: the whole catalogue, slow scenarios too, in each of its set-ups
	$(BIN)/payme-sandbox check --only '*' --reference one-time
	$(BIN)/payme-sandbox check --only '*' --reference accumulating
	$(BIN)/payme-sandbox check --only '*' --reference no-refunds

check-example: $(READY)  ## check a real third-party merchant (examples/payme-pkg)
	$(MAKE) -C examples/payme-pkg check

reproduce: $(READY)  ## the UNIQUE error of the first payment: before its repair, after it, and right
	$(BIN)/payme-sandbox reproduce

bugs: $(READY)  ## check the reference merchant with each bug of the zoo (.payme-sandbox/bugs.html)
	@mkdir -p .payme-sandbox
	$(BIN)/payme-sandbox bugs --matrix \
		--json .payme-sandbox/bugs.json --html .payme-sandbox/bugs.html

bench: $(READY)  ## what the reference merchant carries, beside payme-pkg and the bare database (ONLY="cycles soak" SOAK=10m)
	@$(MAKE) --no-print-directory -C examples/payme-pkg setup
	@examples/payme-pkg/.venv/bin/python -c 'import psycopg' 2>/dev/null || \
		examples/payme-pkg/.venv/bin/python -m pip install --quiet --disable-pip-version-check \
		-c constraints.txt 'psycopg[binary]'
	$(BIN)/python -m loadtests.benchmarks $(ONLY) --soak $(SOAK)

bites: $(READY)  ## which simultaneous and crash bugs of the zoo a load of 20 seconds finds; eight minutes (ONLY="simultaneous.*")
	$(BIN)/python -m simulator.cli.bites $(ONLY)

bench-reckoning: $(READY)  ## how long a million transactions take to reconcile, and how much memory
	$(BIN)/python -m loadtests.benchmarks.reckoning

bench-driver: $(READY)  ## what the load driver itself can do, and what a payer costs over a bare FastHttpUser
	$(BIN)/python -m loadtests.benchmarks.driver

bench-journal: $(READY)  ## how quickly a journal of 100 000 exchanges is written and searched
	$(BIN)/python -m tests.simulator.web.journal_benchmark

bench-checkout: $(READY)  ## 50 payers at once in the checkout of serve, a visitor in its cabinet: times, memory, both books (PAYERS=50 DURATION=10m)
	$(BIN)/python -m loadtests.benchmarks.checkout --payers $(PAYERS) --duration $(DURATION)

load: $(READY)  ## 30 seconds of payments on the reference merchant: how fast, and whether the money adds up (.payme-sandbox/load.html)
	@mkdir -p .payme-sandbox
	$(BIN)/payme-sandbox load --users 50 --duration 30s --html .payme-sandbox/load.html

serve: $(READY)  ## the fake Payme server in the browser, with the reference merchant (PORT=8080)
	$(BIN)/payme-sandbox serve --port $(PORT)

test: $(READY)  ## all tests
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup

mutants: $(READY)  ## small faults put into what judges and decides: which does no test notice? (docs/mutation.md)
	rm -rf mutants
	PATH="$(CURDIR)/$(BIN):$$PATH" nice $(BIN)/mutmut run --max-children $(WORKERS) $(ONLY)
	@$(BIN)/mutmut results | grep -vE ': (not checked|caught by type check)$$' || echo 'No mutant survived.'

lint: $(READY)  ## ruff, mypy, import-linter, the committed schema
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/payme-sandbox schema --check

schema: $(READY)  ## write scenarios/schema.json anew
	$(BIN)/payme-sandbox schema

docs: $(READY)  ## write docs/checks anew, a page a rule
	$(BIN)/payme-sandbox docs

clean:  ## remove what the targets made
	rm -rf $(VENV) mutants .payme-sandbox .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
