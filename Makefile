# One command for each thing that is done often. `make` alone lists them.

PYTHON ?= python3
BIN := .venv/bin
export PORT ?= 8000

.DEFAULT_GOAL := help
.PHONY: help run test check browser coverage bench walks races faults mutate-visibility screening-report shots format lock clean reset

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: .venv/runtime ## Start the demo on http://localhost:8000 (PORT=9000 for another port)
	@scripts/run

test: .venv/development ## Run everything: lint, types, tests on SQLite and PostgreSQL, browser tests
	@scripts/test-system-packages
	@scripts/test all

check: .venv/development ## Run the quick part of the tests: a minute or two, no browser, no PostgreSQL
	@scripts/test quick

browser: .venv/development ## Run the browser tests only
	@scripts/test-system-packages
	@scripts/test browser

coverage: .venv/development ## Measure which lines and branches the tests on SQLite reach
	@scripts/test coverage

bench: .venv/development ## List the measurements that can be repeated here
	@scripts/bench

walks: .venv/development ## Walk the site as everybody, looking for leaks (slow; `make test` walks as a few)
	@scripts/test walks

races: .venv/development ## Run each race of threads 200 times on SQLite and PostgreSQL (slow)
	@scripts/test-system-packages
	@RACE_TIMES=200 scripts/test races

faults: .venv/development ## Kill the sweeps of mail 200 times on SQLite and PostgreSQL (slow)
	@scripts/test-system-packages
	@FAULT_RUNS=200 scripts/test faults

mutate-visibility: .venv/development ## Take each rule of visibility out and see that tests notice (slow)
	@$(BIN)/python scripts/mutate_visibility.py

screening-report: .venv/runtime ## Print how well the rules of screening do on the labelled posts
	@DEMO=$${DEMO:-1} $(BIN)/python manage.py screening_report

shots: .venv/development ## Take pictures of the main pages
	@scripts/test-system-packages
	@$(BIN)/python scripts/shots.py

format: .venv/development ## Format the Python code and sort its imports
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

lock: .venv/development ## Write the lock files anew (ARGS=--upgrade for newer versions)
	@scripts/lock $(ARGS)

clean: ## Remove what make has built, but no data
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage
	rm -rf var/static var/browser-failures
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

reset: ## Remove the demo's data, all of var/; the next `make run` starts afresh
	rm -rf var

# One environment serves both. The files .venv/runtime and .venv/development say what is in it.
.venv/runtime: requirements.txt scripts/environment
	@PYTHON=$(PYTHON) scripts/environment requirements.txt
	@touch $@

.venv/development: requirements-dev.txt scripts/environment
	@PYTHON=$(PYTHON) scripts/environment requirements-dev.txt
	@touch .venv/runtime $@
