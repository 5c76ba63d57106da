# Two commands need only python3 (3.11 or newer), make and git: `make demo` and `make test`.
.DEFAULT_GOAL := help
.PHONY: help demo test check check-clients check-servers check-issuers conformance fuzz fuzz-doors fuzz-oauth bench bench-sql bench-tokens bench-oauth pictures clean
PYTHON ?= python3
RUN := .venv/bin/

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

.venv/ready: pyproject.toml uv.lock .ci/bootstrap.txt
	$(PYTHON) -m venv .venv
	$(RUN)python -m pip install --quiet --disable-pip-version-check --require-hashes -r .ci/bootstrap.txt
	$(RUN)uv sync --quiet --locked --all-extras --python .venv/bin/python
	@touch $@

demo: .venv/ready ## three agents, three tasks, real tools: the whole story in a minute
	$(RUN)broker demo --only support --only analyst --only coder

test: .venv/ready ## every test but the long ones
	$(RUN)pytest -q -n auto

check: .venv/ready ## lint, types, import contracts, house tests
	$(RUN)ruff check .
	$(RUN)ruff format --check .
	$(RUN)mypy
	$(RUN)lint-imports --no-cache
	$(RUN)pytest -q tests/house

check-clients: .venv/ready ## other people's clients, each in an environment of its own
	$(RUN)python -m tests.clients.run

check-servers: .venv/ready ## other people's servers behind the broker
	$(RUN)python -m tests.servers.run

check-issuers: .venv/ready ## a real OpenID provider in front of the broker, as docs/identity.md says
	$(RUN)python -m tests.issuers.run

conformance: .venv/ready ## the official suite of MCP through the broker, both eras
	$(RUN)python -m tests.conformance.run
	$(RUN)python -m tests.conformance.clients

fuzz: .venv/ready ## 100,000 hostile requests
	$(RUN)python -m tests.fuzz.hostile --requests 100000

fuzz-doors: .venv/ready ## 10,000 requests through HTTP of both eras and stdio: the same decisions, one record each
	$(RUN)python -m tests.fuzz.doors --requests 10000

fuzz-oauth: .venv/ready ## the token endpoints against another make's requests, generated from docs/oauth-openapi.yaml
	$(RUN)python -m tests.fuzz.oauth

bench: .venv/ready ## CPU per call, p50 and p99 at 1, 8 and 32 at a time
	$(RUN)python -m tests.bench.calls

bench-sql: .venv/ready ## what is measured of agents' own SQL; MORE="--data DIR --quick" for more of it, or less
	$(RUN)python -m tests.bench.sql $(MORE)

bench-tokens: .venv/ready ## what is measured of tokens and tasks, in half an hour or so; MORE="--quick" for less
	$(RUN)python -m tests.bench.tokens $(MORE)

bench-oauth: .venv/ready ## what is measured of the ways in: malformed token requests, tokens of others, cost
	$(RUN)python -m tests.bench.oauth $(MORE)

pictures: .venv/ready ## the demo's stories as they look, for the README
	$(RUN)python -m tests.pictures

clean: ## forget everything that was built
	rm -rf .venv data dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache .cache
