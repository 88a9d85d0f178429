# Two commands are all that most people need: `make run` and `make test`. Each sets up what it uses.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run test setup build check rust js python conformance http load differential twin example deploy docs sbom fuzz simulate faults soak budget bench bench-peers clean

help:            ## list the targets
	@grep -hE '^[a-z-]+: .*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /  \1\t/' | expand -t 18

run:             ## build what is needed, run the control plane with the example as its client, say where to look
	@scripts/run.sh

test:            ## run every suite
	@scripts/test.sh

setup:           ## toolchain target, browser, npm and Python environments
	@scripts/setup.sh

build: setup     ## the packages of all languages, as the tests use them
	@scripts/build.sh

check: setup     ## formatting, lints, dependencies, generated files
	@scripts/check.sh

rust:            ## tests of the Rust crates
	@scripts/step.sh rust

js: build        ## tests of the npm package, browser included
	@scripts/step.sh js

python: build    ## tests of the Python package
	@scripts/step.sh python

conformance: build ## the vectors in every language
	@scripts/step.sh conformance

http: build      ## the interface of the control plane, asked with what its OpenAPI document allows and forbids
	@cd bindings/python && CUTOVER_EXAMPLES=$${COUNT:-100} "$(CURDIR)/.venv/bin/python" -m pytest -q -s tests/source/test_interface.py

load: build      ## the control plane from a second process: requests for one flag, ten thousand clients that listen
	@scripts/load.sh

differential: build ## 100,000 generated rulesets, Rust against Node, WebAssembly and Python
	@SEED=$${SEED:-1} COUNT=$${COUNT:-100000} scripts/differential.sh

twin: setup      ## the engine against its second implementation, on generated rulesets; COUNT=1100000 is ten million decisions
	@SEED=$${SEED:-1} scripts/twin.sh

example: build   ## tests of the examples
	@scripts/step.sh example

docs: build      ## the documentation as a site, and every page that says what to do, followed
	@scripts/step.sh docs

deploy: build    ## the chart of the control plane: linted, valid, and what it starts is started
	@scripts/step.sh deploy

sbom: setup      ## bills of materials of what is published, in target/sbom
	@"$(CURDIR)/.venv/bin/python" scripts/sbom.py target/sbom

fuzz:            ## a short run of each fuzz target
	@scripts/fuzz.sh

simulate: build  ## ten thousand histories of the executors, and a hundred kills, in Node and in Python
	@cd bindings/js && CUTOVER_HISTORIES=$${COUNT:-10000} npx vitest run test/migrate/simulation.test.ts --testTimeout 3600000
	@cd bindings/python && CUTOVER_HISTORIES=$${COUNT:-10000} CUTOVER_KILLS=$${KILLS:-100} \
	  "$(CURDIR)/.venv/bin/python" -m pytest -q -s tests/migrate/test_simulation.py tests/migrate/test_kill.py

faults: build    ## the control plane killed two hundred times under load, over SQLite and over PostgreSQL
	@cd bindings/python && CUTOVER_KILLS=$${KILLS:-200} "$(CURDIR)/.venv/bin/python" -m pytest -q -s tests/source/test_kills.py

soak: build      ## an hour of decisions, changes and executor traffic in Node and Python: memory stays flat
	@scripts/soak.sh

budget:          ## instructions and sizes of release builds against budget.json; UPDATE=1 writes new limits
	@scripts/budget.sh --all $(if $(UPDATE),--update)

bench:           ## the figures of the README, in Markdown tables
	@scripts/bench.sh

bench-peers:     ## Cutover beside other engines, in Markdown tables
	@scripts/bench-peers.sh

clean:           ## remove everything that was built
	rm -rf target .venv .tools
