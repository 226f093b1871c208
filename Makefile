# The two commands a newcomer needs: `make demo` and `make check`. `make` alone lists the rest.
# Needs python3 (3.11 or newer) with venv, git and make; everything else goes into .venv.

PYTHON  ?= python3
WORKERS ?= 2
TESTS   ?= tests
BIN     := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help setup demo whole-way public-validators up test check style types order copies docs reference format pin bench bench-web

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

setup: ## make .venv and install everything (once; a second call does nothing)
	@$(PYTHON) tools/install.py
	@$(PYTHON) tools/console.py

demo: setup ## watch a feature travel from its signal
	@$(BIN)/headrace demo $(if $(filter short,$(HEADRACE_DEMO)),--until brief) $(if $(FAULT),--fault $(FAULT))

whole-way: setup ## play the whole example, ask about everything that it made (six minutes)
	@HEADRACE_WHOLE_WAY=1 $(BIN)/pytest tests/acceptance/test_whole_way.py

public-validators: setup ## have exports judged by agentic-enterprise's validators (PROJECT=a checkout of it)
	@test -f "$(PROJECT)/scripts/validate_schema.py" || { echo "PROJECT=\"$(PROJECT)\" is no checkout of \
	wlfghdr/agentic-enterprise: clone it and name its folder, make public-validators PROJECT=FOLDER"; exit 2; }
	@$(BIN)/pip install --quiet --constraint constraints.txt pyyaml jsonschema
	@HEADRACE_AGENTIC_ENTERPRISE=$(abspath $(PROJECT)) HEADRACE_AGENTIC_ENTERPRISE_PYTHON=$(abspath $(BIN)/python) \
	  $(BIN)/pytest -rs tests/packs/enterprise/exchange -k "validator or public"

up: setup ## start the server for daily use
	@$(BIN)/headrace up

check: style types order copies docs test ## everything CI asks for; run it before you push

test: setup ## all tests (WORKERS=2 processes, TESTS=tests)
	@$(BIN)/pytest -n $(WORKERS) $(TESTS)

style: setup ## formatting and lint
	@$(BIN)/ruff format --check --quiet . || { echo "Not formatted as agreed: run make format"; exit 1; }
	@$(BIN)/ruff check --quiet .

types: setup ## mypy, strict
	@$(BIN)/mypy

order: setup ## the import law of .importlinter
	@$(BIN)/lint-imports --no-logo --no-cache

copies: setup ## code that stands in two places
	@$(BIN)/python -m tools.duplicates src tools

docs: setup ## generated pages equal the code
	@$(BIN)/python -m tools.reference --check

reference: setup ## write the generated pages
	@$(BIN)/python -m tools.reference

format: setup ## format and mend what can be mended
	@$(BIN)/ruff check --quiet --fix . ; $(BIN)/ruff format .

pin: setup ## write constraints.txt from what is installed
	@$(BIN)/python -m tools.pin

bench: setup ## compare with raw floors and peers
	@$(BIN)/python -m benchmarks.run

bench-web: setup ## the console with 100,000 artifacts and 1,000 open pages
	@$(BIN)/python -m benchmarks.web
