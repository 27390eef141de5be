# make demo: the main job on a fresh machine. make test: everything. make check: a quick answer.
SHELL := /bin/bash
VENV := .venv/bin
LOCK_OPTIONS := --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --quiet

.PHONY: help demo test check bench docs lock fresh clean

help:
	@echo "make demo   set up, then two real calls on loopback, recorded, transcribed and scored"
	@echo "make test   set up with the test peers (apt, when root), then all checks and tests"
	@echo "make check  lint, types, import layers, fast tests (90 s)"
	@echo "make bench  the figures of docs/benchmarks.md (needs the development corpus)"
	@echo "make docs   write the generated parts of docs/ again"
	@echo "make lock   pin the newest versions pyproject.toml admits (needs the network)"
	@echo "make fresh  prove demo and test in a bare Debian made by debootstrap (root)"

.venv/runtime.stamp: requirements.lock pyproject.toml scripts/setup-venv
	scripts/setup-venv requirements.lock
	touch $@

.venv/dev.stamp: requirements-dev.lock pyproject.toml scripts/setup-venv
	scripts/setup-venv requirements-dev.lock
	touch .venv/runtime.stamp $@

demo: .venv/runtime.stamp
	$(VENV)/callcoach models fetch
	$(VENV)/callcoach demo

test: .venv/dev.stamp
	$(VENV)/callcoach models fetch
	@scripts/install-test-peers; code=$$?; \
	if [ $$code = 0 ]; then export CALLCOACH_TESTS_NEED_ALL=1; elif [ $$code != 3 ]; then exit $$code; fi; \
	$(MAKE) --no-print-directory lint && $(VENV)/pytest -n 3 --dist worksteal

.PHONY: lint
lint: .venv/dev.stamp
	$(VENV)/ruff check .
	$(VENV)/ruff format --check .
	$(VENV)/basedpyright
	$(VENV)/lint-imports

check: lint
	$(VENV)/pytest -q -n 2 -m "not (peer or browser or slow or model or corpus)"

bench: .venv/dev.stamp
	$(VENV)/callcoach models fetch
	$(VENV)/python -m benchmarks

docs: .venv/dev.stamp
	$(VENV)/python scripts/write_docs.py

lock: .venv/dev.stamp
	$(VENV)/uv pip compile $(LOCK_OPTIONS) --upgrade pyproject.toml -o requirements.lock
	$(VENV)/uv pip compile $(LOCK_OPTIONS) --upgrade pyproject.toml --extra dev -o requirements-dev.lock

fresh:
	scripts/fresh-machine

clean:
	rm -rf .venv build dist .pytest_cache .ruff_cache .hypothesis
