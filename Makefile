# Two commands matter: `make demo` shows Jalon, `make test` proves it. Needs Python 3.11 or newer.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help install install-dev demo test check bench ci messages screenshots clean

PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin

help: ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

install: $(VENV)/.installed ## Everything the product needs, in .venv
install-dev: $(VENV)/.installed-dev $(VENV)/.system ## What tests and checks need on top (with apt packages, where root)

$(BIN)/python:
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "On Debian: apt-get install python3-venv" >&2; exit 1; }

$(VENV)/.installed: requirements/runtime.txt pyproject.toml | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/runtime.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	$(BIN)/jalon messages compile
	@touch $@

$(VENV)/.installed-dev: requirements/dev.txt $(VENV)/.installed
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

$(VENV)/.system: .ci/system-packages | $(BIN)/python
	bash .ci/system-packages
	@touch $@

demo: install ## Jalon with a programme, people and files on http://127.0.0.1:8000 (PORT=9000 moves it, RESET=1 begins anew)
	@exec $(BIN)/jalon demo --port $(PORT) $(if $(RESET),--reset)

test: install-dev ## All tests, the database ones on SQLite and on a PostgreSQL started for the occasion
	$(BIN)/python -m tests.run $(ARGS)

check: install-dev ## Linters, types, contracts between packages, templates, migrations, definitions, translations
	$(BIN)/python -m tests.checks $(ARGS)

bench: install-dev ## The figures that must hold, each beside what a bare library needs in the same run
	$(BIN)/python -m bench $(ARGS)

ci: ## What the build server runs
	.ci/run

messages: install-dev ## Collect the sentences of the interface into jalon/locale and compile them
	cd jalon && ../$(BIN)/django-admin makemessages --locale en --no-wrap --no-location --settings config.settings
	$(BIN)/jalon messages compile

screenshots: install-dev ## Every page × two widths × two languages into screenshots/
	$(BIN)/python -m tests.browser.screenshots $(ARGS)

clean: ## Forget everything that was installed or made; the data in var/ stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache screenshots
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
