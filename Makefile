# Everything a person runs. `make help` lists it.
PYTHON ?= $(shell requirements/find-python)
BIN := .venv/bin
SETUP := .venv/.set-up
PAGES := src/ticketsonic/pages/static/manifest.json
PAGE_SOURCES := $(shell find frontend \( -name node_modules -o -name __pycache__ \) -prune -o -type f ! -name '.*' -print 2>/dev/null)

# Where it is set, every server of the tests and every worker would compile what it imports anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: pages screenshots bench browser runtimes samples fuzz garbage schemathesis slow-clients torture help setup run test check format lint types imports wheel lock clean translations printers

help:  ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: $(SETUP) $(PAGES)  ## install everything into .venv/, and build the pages

$(SETUP): requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	  || { echo "TicketSonic needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)"; exit 1; }
	@{ $(PYTHON) -c 'import venv' && { $(PYTHON) -c 'import ensurepip' || python3 -m pip --python $(PYTHON) --version; }; } >/dev/null 2>&1 \
	  || { echo "This Python has no venv module. On Debian: apt-get install python3-venv (needs root)"; exit 1; }
	$(PYTHON) -m venv $$($(PYTHON) -c 'import ensurepip' 2>/dev/null || echo --without-pip) .venv
	@echo "Installing into .venv/ (a minute, once)"
	@pip="$(BIN)/python -m pip"; $$pip --version >/dev/null 2>&1 || pip="python3 -m pip --python $(BIN)/python"; set -x; \
	  $$pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt \
	  && $$pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(PAGES): $(SETUP) $(PAGE_SOURCES)
	@$(BIN)/python frontend/build.py
	@touch $@

run: $(SETUP) $(PAGES)  ## serve on http://127.0.0.1:9507, with a sample event at the first start
	@exec $(BIN)/ticketsonic serve --sample $(ARGS)

test: $(SETUP) $(PAGES)  ## run the whole suite, on SQLite and on PostgreSQL
	@$(MAKE) --no-print-directory browser || echo "Without it, the tests that open pages and measure badges in a browser are skipped, or slower."
	@$(MAKE) --no-print-directory runtimes || echo "Without them, the developer centre's samples in those languages are not run."
	@$(MAKE) --no-print-directory printers || echo "Without them, the tests that print on a real printer and a real CUPS are skipped."
	$(BIN)/pytest -n 2 --dist worksteal $(ARGS)

# They wait as much as they work: a third worker has what two leave of two cores.
pages: $(SETUP) $(PAGES)  ## run the tests of portal and developer centre alone, in less than 90 s: ARGS=tests/station for those too
	$(BIN)/pytest -n 3 --dist worksteal tests/portal tests/pages tests/developers $(ARGS)

BROWSER_PACKAGES := chromium chromium-headless-shell

browser:  ## see that Chromium is there, which the tests open pages with; as root on Debian, install it
	@{ command -v chromium && command -v chromium-headless-shell; } >/dev/null || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null \
	    && echo "Installing Chromium (a minute, once)" && apt-get update -qq && apt-get install -qq -y --no-install-recommends $(BROWSER_PACKAGES) >/dev/null; } \
	  || { echo "Chromium, or its build for tests, is missing. On Debian: apt-get install $(BROWSER_PACKAGES) (needs root)"; exit 1; }

PRINTER_PACKAGES := cups-ipp-utils cups-daemon cups-client cups-filters dbus-daemon

printers:  ## see that a printer to test with is there (ippeveprinter, CUPS); as root on Debian, install it
	@PATH="$$PATH:/usr/sbin"; missing=; for program in ippeveprinter cupsd lpadmin dbus-daemon; do command -v $$program >/dev/null || missing=yes; done; \
	  test -z "$$missing" || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && echo "Installing a printer to test with (a minute, once)" \
	    && apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $(PRINTER_PACKAGES) >/dev/null; } \
	  || { echo "A printer to test with is missing. On Debian: apt-get install $(PRINTER_PACKAGES) (needs root)"; exit 1; }

RUNTIME_PROGRAMS := curl openssl node php ruby javac go mcs
RUNTIME_PACKAGES := curl openssl nodejs php-cli php-curl ruby default-jdk-headless golang-go mono-mcs mono-runtime libmono-system-net-http4.0-cil

runtimes:  ## see that the languages of the developer centre's samples are there; as root on Debian, install them
	@missing=$$(for program in $(RUNTIME_PROGRAMS); do command -v $$program >/dev/null || printf ' %s' $$program; done); test -z "$$missing" || \
	  { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && echo "Installing the languages of the samples (a minute, once)" \
	    && apt-get update -qq && apt-get install -qq -y --no-install-recommends $(RUNTIME_PACKAGES) >/dev/null; } \
	  || { echo "To run all samples these are missing:$$missing. On Debian: apt-get install $(RUNTIME_PACKAGES) (needs root)"; exit 1; }

samples: $(SETUP)  ## run the developer centre's samples and keep their answers for its pages and for /openapi.json
	$(BIN)/python -m tests.samples.record

check: $(SETUP) lint types imports test  ## what CI runs: format, lint, types, import contracts, tests

format: $(SETUP)  ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix-only --quiet .

lint: $(SETUP)  ## check format and lint
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

torture: $(SETUP)  ## fault after fault under a sale, the books checked after each: ARGS="--faults 300 --seed 1"
	$(BIN)/python -m torture $(ARGS)

fuzz: $(SETUP)  ## what may be held up to a scanner, 1,000,000 times: ARGS="--inputs 1000000 --seed 1"
	$(BIN)/python -m fuzzing $(ARGS)

schemathesis: $(SETUP)  ## 20,000 requests after our own OpenAPI document, on each database: ARGS="--requests 20000 --seed 1"
	$(BIN)/python -m tests.openapi $(ARGS)

slow-clients: $(SETUP)  ## what 1,000 slow and half-open clients cost those who buy, in 5 minutes: ARGS="--database sqlite --rounds 5"
	$(BIN)/python -m torture --slow-clients 1000 $(ARGS)

garbage: $(SETUP)  ## memory of a server under a flood of garbage, in 3 minutes: ARGS="--database sqlite"
	$(BIN)/python -m torture --garbage 5000 $(ARGS)

bench: $(SETUP)  ## measure this machine's floors, the engine and its growth, in 10 minutes: ARGS="--only order,floors"
	@command -v wrk >/dev/null || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get install -qq -y wrk >/dev/null; } \
	  || { echo "make bench needs the load generator wrk. On Debian: apt-get install wrk (needs root)"; exit 1; }
	@$(BIN)/python -m benchmarks $(ARGS)

translations: $(SETUP)  ## collect the texts of the pages into frontend/translations/
	$(BIN)/python frontend/catalogues.py

screenshots: $(SETUP) $(PAGES)  ## draw the pictures of the pages anew, into docs/screenshots/
	$(BIN)/python -m tests.portal.screenshots
	$(BIN)/python -m tests.developers.screenshots

types: $(SETUP)  ## check types
	$(BIN)/mypy

imports: $(SETUP)  ## check which part may import which
	$(BIN)/lint-imports

wheel: $(SETUP) $(PAGES)  ## build the wheel into dist/
	rm -rf dist
	$(BIN)/python -m build --no-isolation --wheel --outdir dist .

lock: $(SETUP)  ## pin every dependency with its hashes, without addresses
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header \
	  pyproject.toml -o requirements/run.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header \
	  pyproject.toml --group dev -c requirements/run.txt -o requirements/dev.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header \
	  --group node -o requirements/node.txt

clean:  ## remove what was installed and built; data/ stays
	rm -rf .venv dist build frontend/node_modules src/ticketsonic/pages/static src/ticketsonic/pages/translations .mypy_cache .ruff_cache .hypothesis .import_linter_cache
