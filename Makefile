# One way in: `make help`. CI calls the same targets.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
PARTS := packages/contracts packages/servicekit packages/engine packages/mentormesh \
         services/profiles services/matching services/feedback services/notifications services/portal
READY := .venv/.ready
# One worker more than cores: a test waits for other processes a good part of its time.
WORKERS ?= $(shell echo $$(( $$(nproc 2>/dev/null || sysctl -n hw.ncpu) + 1 )))
# Our own sources are read by some three hundred processes in a run, so their bytecode is kept whatever the environment says.
unexport PYTHONDONTWRITEBYTECODE
# Narrow a run: make test TESTS=services/profiles PYTEST="-k seats"
TESTS ?=
PYTEST ?=

PIP = $(BIN)/python -m pip install -q --disable-pip-version-check
UV = $(BIN)/uv pip install -q --python $(BIN)/python

.PHONY: help
help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: setup
setup: $(READY) ## Make .venv with everything pinned, and the Debian packages that are missing
	@echo "Ready. The command line is $(BIN)/mentormesh."

$(READY): requirements/dev.txt $(addsuffix /pyproject.toml,$(PARTS))
	@.ci/system-packages
	@$(PYTHON) -c 'import sys; sys.exit("MentorMesh needs Python 3.11 or later; set PYTHON=/path/to/it" if sys.version_info < (3, 11) else 0)'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@# The faster installer first, by its own pin. It knows nothing of pip's configuration, so pip is asked where it fails.
	@awk '/^uv==/,!/\\$$/' requirements/dev.txt | $(PIP) --require-hashes -r /dev/stdin
	$(UV) --compile-bytecode --require-hashes -r requirements/dev.txt || $(PIP) --require-hashes -r requirements/dev.txt
	$(UV) --no-deps --no-build-isolation $(addprefix -e ,$(PARTS)) || \
	  $(PIP) --no-deps --no-build-isolation $(addprefix -e ,$(PARTS))
	@touch $@

.PHONY: demo
demo: setup ## Start the whole platform with 500 people, and say where to look
	$(BIN)/mentormesh up
	$(BIN)/mentormesh seed

.PHONY: down
down: ## Stop the demo; its data stays (make down WIPE=--wipe removes it)
	$(BIN)/mentormesh down $(WIPE)

# A test's broker or Keycloak lives for a minute: optimising its code would cost more than it gains.
test: export JDK_JAVA_OPTIONS ?= -XX:TieredStopAtLevel=1
.PHONY: test
test: setup ## Everything that a change must pass
	@# Types keep one core busy, and installing parts alone waits for the disk a good part of its time.
	$(MAKE) --no-print-directory -j 2 check test-alone
ifdef TESTS
	$(BIN)/python -m pytest $(TESTS) $(PYTEST)
else
	@# The unit tests of the services have passed alone by now. Files share the cores, and one broker and document server.
	$(BIN)/python -m pytest packages services tests -n $(WORKERS) --dist loadfile --no-loadscope-reorder --ignore-glob='services/*/tests/unit' $(PYTEST)
endif

.PHONY: check
check: setup ## Lint, types, imports, contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(addsuffix /src,$(PARTS)) benchmarks
	$(BIN)/lint-imports
	$(BIN)/python -m contracts check

.PHONY: test-alone
test-alone: setup ## Install each service alone and run its unit tests there
	$(BIN)/python .ci/alone.py

.PHONY: test-compose
test-compose: setup ## Bring docker-compose.yml up and run the first journey against it (needs a container engine)
	$(BIN)/python .ci/compose.py

.PHONY: bench
bench: setup ## Measure, beside the bare figures of the same run; writes benchmarks/results
	$(BIN)/python -m benchmarks

.PHONY: bench-match
bench-match: setup ## Every bar of the match beside its limit or peer (make bench-match SIZE=L)
	$(BIN)/python -m benchmarks.match.bench --size $(or $(SIZE),S)

.PHONY: bench-recommendations
bench-recommendations: setup ## Recommendations over HTTP among 25,000 mentors, beside their limit
	$(BIN)/python -m benchmarks.recommendations.bench $(BENCH)

.PHONY: bench-runs
bench-runs: setup ## Runs in the service beside the engine alone and bare transactions (make bench-runs MENTEES=100000 MENTORS=25000)
	$(BIN)/python -m benchmarks.runs.bench --mentees $(or $(MENTEES),2000) --mentors $(or $(MENTORS),500)

.PHONY: bench-people
bench-people: setup ## Imports, SCIM, tokens, people search, erasure beside bare figures (PEOPLE=100000)
	$(BIN)/python -m benchmarks.people.bench --people $(or $(PEOPLE),2000)

.PHONY: faults
faults: setup ## The long fault test: processes killed at random and at named points
	$(BIN)/python -m pytest tests/faults -m faults $(PYTEST)

.PHONY: access
access: setup ## Write docs/access.md again, from the permission tables
	$(BIN)/python tests/support/access_matrix.py

.PHONY: lock
lock: ## Pin requirements/*.in again, with hashes and without addresses (needs uv)
	for name in runtime dev; do \
	  $(BIN)/uv pip compile -q --generate-hashes --no-emit-index-url --no-annotate --no-header \
	    --python-version 3.11 requirements/$$name.in -o requirements/$$name.txt; \
	done

.PHONY: clean
clean: ## Remove .venv and what tools leave behind; .local stays (make down WIPE=--wipe)
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
