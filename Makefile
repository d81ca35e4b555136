# Two commands do everything: `make up` and `make test`. The first makes what is missing: virtual environment, Node, CDK CLI.

SHELL := /bin/bash
VENV := .venv
PYTHON := $(VENV)/bin/python
export PATH := $(CURDIR)/$(VENV)/bin:$(CURDIR)/node_modules/.bin:$(PATH)

# Where a company's proxy re-signs TLS, pip and npm must know the certificates of this machine.
SYSTEM_CA := $(firstword $(wildcard /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt))
ifneq ($(SYSTEM_CA),)
export PIP_CERT ?= $(SYSTEM_CA)
export NODE_EXTRA_CA_CERTS ?= $(SYSTEM_CA)
endif
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help up down test again check types units bench setup lock clean
help: ## Print this
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

up: setup ## Start the local AWS, deploy everything to it, print where each service answers
	@dockyard up $(if $(PORT),--port $(PORT))

down: ## Stop all that `make up` started
	@if [ -x $(VENV)/bin/dockyard ]; then dockyard down; else echo "nothing was set up"; fi

test: setup check ## All tests, with a Docker engine and a local AWS of their own
	@$(PYTHON) -m pytest tests/integration -n 4 --reruns 1 -raR || { [ $$? -eq 1 ] && $(MAKE) --no-print-directory again; }

again: ## The integration tests that failed last, one by one: most of them time a machine that has much else to do
	@$(PYTHON) -m pytest tests/integration -n 1 --last-failed --last-failed-no-failures none -ra

check: setup ## Lint, types, architecture, unit and synth tests: some three minutes
	@ruff check --quiet . && ruff format --check --quiet . || { ruff check .; ruff format --diff .; exit 1; }
	@$(MAKE) --no-print-directory --jobs 2 types units

types:
	@mypy
	@lint-imports

units:
	@CDK_VALIDATION=false $(PYTHON) -m pytest -q -n 2 tests/unit tests/synth

bench: setup ## Measure beside a plain CDK app of the same shape; takes some minutes
	@$(PYTHON) -m bench

setup: $(VENV)/.done node_modules/.done

$(VENV)/.done: requirements.txt pyproject.toml
	@tools/venv $(VENV)
	@tools/timed "Python packages" $(PYTHON) -m pip install -qq --require-hashes -r requirements.txt
	@$(PYTHON) -m pip install -qq --no-deps --no-build-isolation -e .
	@touch $@

node_modules/.done: package-lock.json $(VENV)/.done
	@tools/timed "Node packages: the CDK CLI" npm ci --silent --no-audit --no-fund
	@touch $@

lock: ## Resolve the newest versions that pyproject.toml allows into requirements.txt
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --extra dev --no-emit-package dockyard \
	  --default-index https://pypi.org/simple pyproject.toml -o requirements.txt

clean: down ## Remove what was set up and built in this folder
	@rm -rf $(VENV) node_modules cdk.out; [ -f .dockyard/engine.json ] || rm -rf .dockyard
