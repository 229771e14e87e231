# make run    the environment, then the gateway (make run URL=spice://host:5900, or machines from spicegate.toml)
# make check  everything short of real programs: lint, types, unit and invariant tests
# make test   installs what the tests need (apt, pip, npm), then all tests, browsers, QEMU and containers included
# make bench  the benchmarks against the peers
.DEFAULT_GOAL := help
SHELL := /bin/bash

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
# npm, npx and node come from PyPI into the environment: Debian 12's are too old for the tools.
export PATH := $(abspath $(BIN)):$(PATH)

URL ?=
ARGS ?=

.PHONY: help run dev check lint types unit unit-js test test-apt test-compose e2e bench generate clean

help:
	@sed -n 's/^# //p' Makefile | head -4

run: $(VENV)/.run
	$(BIN)/spicegate serve $(URL) $(ARGS)

# Debian's python3 comes without venv's bootstrap; the package is added only where it is missing.
$(BIN)/python:
	$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || $(call apt,python3-venv)
	$(PYTHON) -m venv $(VENV)

# Installing compiles the image kernels: again when a source of theirs changed.
KERNELS := $(wildcard gateway/codecs/kernels/*.[ch]) gateway/codecs/kernels/build.py

$(VENV)/.run: pyproject.toml $(KERNELS) | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	touch $@

$(VENV)/.dev: pyproject.toml $(KERNELS) | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[test,bench]'
	touch $@ $(VENV)/.run

node_modules/.package-lock.json: package.json package-lock.json $(VENV)/.dev
	npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	touch $@

dev: $(VENV)/.dev node_modules/.package-lock.json

check: dev lint types unit unit-js

lint: dev
	ruff check .
	npx eslint static/js tests/js

types: dev
	mypy
	npx tsc --noEmit -p .

unit: dev
	pytest -q -m 'not e2e and not fuzz and not compose'

unit-js: dev
	node --test "tests/js/**/*.test.js"

test: test-apt check e2e test-compose

# What the end-to-end tests drive, from Debian.
test-apt:
	@$(call need,$$(grep -v '^#' tests/e2e/apt-packages.txt))

e2e: dev
	pytest -q -m 'e2e or fuzz'

# docker/compose.yaml for real: with Docker where it is, else with Debian's podman (whose network needs iptables).
# COMPOSE_HOST names a program that does the same on a computer that must be prepared for it.
PODMAN := podman podman-compose netavark aardvark-dns iptables
COMPOSE_HOST ?= $(wildcard ../shared/tools/compose-host)

test-compose: dev test-apt
	@if [ -n "$(COMPOSE_HOST)" ]; then $(call need,iptables); $(COMPOSE_HOST) setup; \
	elif ! docker compose version >/dev/null 2>&1; then $(call need,$(PODMAN)); fi
	COMPOSE_HOST=$(abspath $(COMPOSE_HOST)) pytest -q -m compose

bench: dev
	python -m benchmarks

generate: dev
	python -m gateway.spice.jsgen

clean:
	rm -rf $(VENV) node_modules .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis

# $(call need,packages): installs those that are missing
need = missing=$$(for p in $(1); do \
	    dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || echo $$p; done); \
	if [ -n "$$missing" ]; then $(call apt,$$missing); fi

# $(call apt,packages): as root, or through sudo
apt = { as_root=$$([ $$(id -u) -eq 0 ] || echo sudo); $$as_root apt-get update -qq && \
	DEBIAN_FRONTEND=noninteractive $$as_root apt-get install -y -qq --no-install-recommends $(1); }
