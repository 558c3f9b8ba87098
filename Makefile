# What one does with this repository. `make` alone prints the list.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
FUZZTIME ?= 30s
SCALE ?= 1

serve := go run ./internal/pgtest/serve
lint := go tool -modfile=$(CURDIR)/tools/go.mod golangci-lint
queries := examples/queries

.PHONY: help build test check fmt demo site long bench fuzz clean
.DEFAULT_GOAL := help

help: ## print this list
	@sed -nE 's/^([a-z]+):.*## (.*)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 14

build: ## build bin/gyro
	go build -trimpath -ldflags '-X main.version=$(VERSION)' -o bin/gyro ./cmd/gyro

test: ## install what is missing, then run every test
	@scripts/need
	$(serve) go test -timeout 15m ./...
	$(serve) go -C $(queries) test ./...
	scripts/test-python

check: ## formatting, lint, vet, tidiness
	$(lint) fmt --diff
	$(lint) run ./...
	go vet ./...
	go mod tidy -diff
	cd $(queries) && $(lint) fmt --diff && $(lint) run ./... && go vet ./... && go mod tidy -diff

fmt: ## format the code
	$(lint) fmt
	cd $(queries) && $(lint) fmt

demo: ## install what is missing, then show Gyro at work
	@scripts/need server
	go run ./cmd/gyro demo

site: ## build the pages of docs as a site, into site/build
	scripts/site

long: ## every test and the long ones, with the race detector (up to three hours)
	@scripts/need
	GYRO_LONG=1 $(serve) go test -race -tags long -timeout 170m ./...
	$(serve) python/matrix
	$(serve) scripts/test-projects
	scripts/test-packages
	scripts/test-databases

bench: ## measure Gyro beside its peers; SCALE=0.1 for a tenth, BENCH for flags and works (--keep DIR verify)
	@scripts/need server
	go run ./bench --scale $(SCALE) $(BENCH)

fuzz: ## each fuzz target for FUZZTIME (30s)
	@scripts/need
	$(serve) scripts/fuzz $(FUZZTIME)

clean: ## remove what make made
	rm -rf bin site/build site/.venv
	go clean -testcache
