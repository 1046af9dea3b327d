# What there is to do here. `make` alone lists it.

SHELL := /bin/bash
.DEFAULT_GOAL := help
SWIFT_SOURCES := Package.swift Documentation/Package.swift Sources Tests Examples Benchmarks/Package.swift Benchmarks/Sources \
  Fuzzing/Package.swift Fuzzing/Sources/Fuzz

.PHONY: help dependencies dependencies-for-tests build test kill-test disk-test fault-test refresh-test simulate lint format docs documentation install mutants fuzz timing-report scale-report memory-report copy-report benchmarks demo run

help: ## List what make can do
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-13s %s\n", $$1, $$2 }'

dependencies: ## Install the system libraries that are missing (Debian, Ubuntu)
	@Scripts/install-dependencies

dependencies-for-tests:
	@Scripts/install-dependencies --tests

build: dependencies ## Build everything, for debugging
	swift build

# Apart, because each of the last two keeps the machine busy: with servers of its own, with simulated worlds.
PROCESS_TESTS := CommandTests|InteropTests
FAULT_TESTS := FaultTests|SimulationTests

test: dependencies-for-tests ## Install what is missing, then run every test
	SWIFT_BACKTRACE=enable=no swift test --skip '$(PROCESS_TESTS)|$(FAULT_TESTS)'
	SWIFT_BACKTRACE=enable=no swift test --skip-build --filter '$(PROCESS_TESTS)'
	SWIFT_BACKTRACE=enable=no swift test --skip-build --no-parallel --filter '$(FAULT_TESTS)'
	Fuzzing/run all 60

HOURS ?= 2
fuzz: dependencies-for-tests ## Fuzz every reader of tokens and keys, HOURS (2) in all, into docs/conformance.md
	Fuzzing/run all $$(( $(HOURS) * 3600 )) --record

KILLS ?= 50
kill-test: dependencies-for-tests ## Kill a server under load KILLS times (50), cut the power each time, compare
	SIGNET_KILLS=$(KILLS) SWIFT_BACKTRACE=enable=no swift test --filter KillTests

disk-test: dependencies-for-tests ## Fail each write and each sync of SQLite's log in turn, under load
	SIGNET_FAULTS=all SWIFT_BACKTRACE=enable=no swift test --filter FaultInjectionTests

ROUNDS ?= 50
fault-test: dependencies-for-tests ## Let nodes, network and PostgreSQL of a cluster fail under load, ROUNDS times (50)
	SIGNET_ROUNDS=$(ROUNDS) SWIFT_BACKTRACE=enable=no swift test --filter ClusterTests

refresh-test: dependencies-for-tests ## 10,000 refreshes of 1,000 families at once, of which every twentieth answer is lost
	SIGNET_FAMILIES=1000 SWIFT_BACKTRACE=enable=no swift test --filter RefreshStormTests

SEEDS ?= 10000
simulate: dependencies-for-tests ## Run SEEDS (10000) simulated worlds in which everything fails
	SIGNET_SEEDS=$(SEEDS) SWIFT_BACKTRACE=enable=no swift test --filter SimulationTests

lint: ## Check the format of every Swift file
	swift format lint --strict --recursive --configuration .swift-format $(SWIFT_SOURCES)

format: ## Format every Swift file
	swift format --in-place --recursive --configuration .swift-format $(SWIFT_SOURCES)

docs: build dependencies-for-tests ## Renew the pages that are generated from the program
	.build/debug/signet reference configuration > docs/configuration.md
	SIGNET_WRITE_PAGES=1 swift test --filter 'ConformancePageTests|VectorPageTests'

documentation: ## Write the pages of the library JOSE, without a warning, into Documentation/JOSE.doccarchive
	swift package --package-path Documentation --allow-writing-to-directory Documentation \
		generate-documentation --target JOSE --warnings-as-errors --output-path Documentation/JOSE.doccarchive

install: dependencies ## Build for release; install into PREFIX (/usr/local): program, unit, completions, man
	swift build -c release --product signet --static-swift-stdlib
	PREFIX="$(PREFIX)" DESTDIR="$(DESTDIR)" Packaging/install .build/release/signet

mutants: dependencies-for-tests ## Disable each security rule in turn and see its test fail
	Scripts/mutants

timing-report: dependencies-for-tests ## Whether an answer's time tells an unknown account from a wrong password
	swift build -c release --product signet
	Scripts/timing-report

scale-report: dependencies-for-tests build ## What each operation costs on PostgreSQL, into docs/scale.md
	Scripts/scale-report

memory-report: dependencies-for-tests ## How much memory each kind of flood takes, against the stated bound
	swift build -c release --product signet
	Scripts/memory-report

copy-report: dependencies-for-tests ## What 1,000 to 1,000,000 sessions take, and how long a move to PostgreSQL and back
	swift build -c release --product signet
	Scripts/copy-report

benchmarks: dependencies ## Measure everything in docs/benchmarks.md (a quarter of an hour, on a quiet machine)
	Benchmarks/run all

demo: dependencies ## Build, then watch the whole story happen between three processes
	Scripts/demo

run: dependencies ## The same, and leave all of them running until Ctrl-C
	Scripts/demo --keep-running
