# memdeck: `make run` opens the dashboard, `make test` runs the tests, `make help` lists the rest.
#
# Needs python3 (3.11 or newer) with its venv module, git and make. Everything
# else is installed into .venv, at the versions of constraints.txt, the first
# time and whenever pyproject.toml or constraints.txt has changed.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.NOTPARALLEL:
.SUFFIXES:

# Programs are started as `python -m`, which also works after the folder has moved.
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

# Given by whoever calls make; taken from the environment by the shell, so that
# no name with a space or a quote in it is ever read as a command.
WORKSPACE ?=
ARGS ?=
export WORKSPACE

.PHONY: help
help: ## List these targets
	@echo "make run                     open the dashboard on a made workspace"
	@echo "make run WORKSPACE=~/agent   open it on yours"
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)$$/make \1|\2/p' Makefile | grep -v '^make run|' \
		| awk -F '|' '{ printf "%-28s %s\n", $$1, tolower(substr($$2, 1, 1)) substr($$2, 2) }'

.PHONY: run
run: $(READY) ## Open the dashboard on a made workspace, or on WORKSPACE
	@if [ -n "$$WORKSPACE" ]; then \
		exec $(BIN)/python -m memdeck -C "$$WORKSPACE" $(ARGS); \
	else \
		exec $(BIN)/python -m memdeck --demo $(ARGS); \
	fi

.PHONY: test
test: $(READY) ## Run the tests but the slow ones (ARGS="-k words" for some, COVERAGE=1 for coverage)
	@$(BIN)/python -m pytest -n auto -m "not slow" $(if $(COVERAGE),--cov --cov-report=term) $(ARGS)

.PHONY: test-all
test-all: $(READY) ## Run all tests, which takes about a quarter of an hour (COVERAGE=1 for coverage)
	@$(BIN)/python -m pytest -n auto $(if $(COVERAGE),--cov --cov-report=term) $(ARGS)

.PHONY: faults
faults: $(READY) ## Provoke every fault that is known, and list what held
	@$(BIN)/python -m pytest -n auto -p tests.faults.report -m fault -q --no-header $(ARGS)

.PHONY: fuzz
fuzz: $(READY) ## Give every reader ever new bytes (ARGS="--seconds 600"; a minute by itself)
	@$(BIN)/python -m tests.fuzz $(ARGS)

.PHONY: check
check: $(READY) ## Lint, formatting, types and import contracts
	@$(BIN)/python -m ruff check .
	@$(BIN)/python -m ruff format --check .
	@$(BIN)/python -m mypy
	@$(BIN)/python -c 'from importlinter.cli import lint_imports_command; lint_imports_command()'

.PHONY: format
format: $(READY) ## Format the sources and mend what ruff can mend
	@$(BIN)/python -m ruff check --fix .
	@$(BIN)/python -m ruff format .

.PHONY: wheel
wheel: $(READY) ## Build the wheel into dist/
	@PIP_CONSTRAINT=constraints.txt PIP_BUILD_CONSTRAINT=constraints.txt \
		$(BIN)/python -m build --wheel --outdir dist .

.PHONY: clean
clean: ## Remove .venv, caches and built files
	@rm -rf $(VENV) dist build htmlcov .coverage .coverage.* \
		.mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# What is set up goes to stderr: stdout is for what was asked for. The stamp
# comes last, so that an interrupted set-up is done again.
#
# The pins are named relatively, as pip splits these at spaces; absolute paths
# may have some. Newer versions of pip read the second for build dependencies.
$(READY): export PIP_CONSTRAINT := constraints.txt
$(READY): export PIP_BUILD_CONSTRAINT := constraints.txt
$(READY): export PIP_DISABLE_PIP_VERSION_CHECK := 1
$(READY): export PIP_NO_INPUT := 1
$(READY): pyproject.toml constraints.txt
	@command -v git >/dev/null 2>&1 || { \
		echo "git is missing: install it (on Debian and Ubuntu: apt install git)." >&2; exit 1; }
	@python=; \
	for each in $${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 python}; do \
		if "$$each" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
			python=$$each; break; \
		fi; \
	done; \
	if [ -z "$$python" ]; then \
		if command -v python3 >/dev/null 2>&1; then \
			echo "python3 is $$(python3 -V 2>&1 | sed 's/^Python //'), and memdeck needs 3.11 or" \
				"newer: install one, or name it as PYTHON=/path/to/python3.11." >&2; \
		else \
			echo "python3 is missing: install version 3.11 or newer" \
				"(on Debian and Ubuntu: apt install python3 python3-venv)." >&2; \
		fi; \
		exit 1; \
	fi; \
	if ! "$$python" -c 'import venv, ensurepip' >/dev/null 2>&1; then \
		echo "python3-venv is missing for $$python: install it" \
			"(on Debian and Ubuntu: apt install python3-venv)." >&2; \
		exit 1; \
	fi; \
	echo "Setting up $(VENV) with $$("$$python" -V 2>&1); this is done once." >&2; \
	rm -f $(READY); \
	if ! $(BIN)/python -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
		"$$python" -m venv --clear $(VENV) >&2 || { \
			echo "$(VENV) could not be made; what $$python said is above." >&2; exit 1; }; \
	fi; \
	$(BIN)/python -m pip install --quiet --editable '.[dev]' >&2 || { \
		echo "The packages of constraints.txt could not be installed; what pip said is above." \
			"Nothing outside $(VENV) was touched: run make again when the cause is mended." >&2; \
		exit 1; }; \
	touch $(READY)
