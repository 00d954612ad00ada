# `make help` lists the commands.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# Every command starts Python anew: what it compiled once is kept.
unexport PYTHONDONTWRITEBYTECODE

PORT ?= 8000
REPEATS ?= 200
PART ?=
PYTHON_IN := .venv/bin/python
MANAGE := $(PYTHON_IN) manage.py
# Files go to the workers whole: their tests share what they only read.
PYTEST := $(PYTHON_IN) -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder
MESSAGES := $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/*.po))
TEMPLATES := templates
demo serve: export SITE_URL ?= http://127.0.0.1:$(PORT)

help: ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

# --- running -----------------------------------------------------------------
demo: ready $(MESSAGES) ## show the whole product on this machine: PORT=8000 make demo
	@$(MANAGE) serve --port $(PORT) --demo

demo-reset: ## forget the demonstration and everything else in var/
	rm -rf var

serve: ready $(MESSAGES) ## serve the database in var/ (or DATABASE_URL)
	@$(MANAGE) serve --port $(PORT) --migrate

install: ready $(MESSAGES) ## install what running needs, without starting anything

ready:
	@.ci/bootstrap.sh

# --- checking ----------------------------------------------------------------
test: ready-test $(MESSAGES) ## everything: checks, the suite on SQLite, the suite on PostgreSQL and Redis
	@$(MAKE) --no-print-directory -j2 --output-sync=target check
	@echo; echo "== Tests on SQLite"
	env -u DATABASE_URL -u CACHE_URL $(PYTEST)
	@echo; echo "== Tests on PostgreSQL and Redis"
	services="$$(.ci/services.sh)"; env $$services $(PYTEST)

ready-test:
	@.ci/bootstrap.sh test

check: lint types layers templates-check migrations-check translations-check schema-check ## all checks without tests

lint: ready-test
	$(PYTHON_IN) -m ruff check .
	$(PYTHON_IN) -m ruff format --check .

types: ready-test
	$(PYTHON_IN) -m mypy

layers: ready-test
	.venv/bin/lint-imports

templates-check: ready-test
	$(PYTHON_IN) -m djlint --quiet --lint $(TEMPLATES)

migrations-check: ready-test
	$(MANAGE) makemigrations --check --dry-run

translations-check: ready-test
	$(MANAGE) translations_check

schema-check: ready-test
	$(MANAGE) spectacular --validate --fail-on-warn --file /dev/null

audit: ready-test ## look the pinned packages up among known vulnerabilities (needs the network)
	$(PYTHON_IN) -m pip_audit --disable-pip --require-hashes -r requirements-dev.txt

bench: ready-test $(MESSAGES) ## measure everything, or one part: PART=answering make bench
	$(PYTHON_IN) -m tests.bench $(PART)

simulate: ready-test ## draw samples from populations with known truth: REPEATS=200 make simulate
	$(PYTHON_IN) -m tests.simulate --repeats $(REPEATS)

# --- maintaining -------------------------------------------------------------
format: ready-test ## bring the code into shape
	$(PYTHON_IN) -m ruff check --fix .
	$(PYTHON_IN) -m ruff format .

messages: ready-test ## collect the texts to be translated into locale/
	$(MANAGE) makemessages -l vi -l en --no-wrap --no-location \
		-i .venv -i var -i node_modules -i tests
	for each in locale/*/LC_MESSAGES/django.po; do \
		msgattrib --sort-output --no-wrap --no-obsolete -o $$each $$each; sed -i '/^"POT-Creation-Date/d' $$each; done

%.mo: %.po | ready
	@$(PYTHON_IN) -m babel.messages.frontend --quiet compile --use-fuzzy -i $< -o $@

lock: ready-test ## pin the newest versions that fit requirements*.in
	for each in requirements requirements-dev; do \
		.venv/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header \
			$$each.in -o $$each.txt; done

clean: ## remove what can be made again, except the data in var/
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis staticfiles node_modules
	find . -name __pycache__ -prune -exec rm -rf {} +
	find locale -name '*.mo' -delete

.PHONY: help demo demo-reset serve install ready test ready-test check lint types layers templates-check migrations-check \
	translations-check schema-check audit bench simulate format messages lock clean
