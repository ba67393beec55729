# Every command a developer types; "make help" lists them.

VERSION = 0.1.0

PREFIX ?= /usr/local
DESTDIR ?=
SAN ?=
PYTHON ?= /usr/bin/python3

comma := ,
BUILD ?= build$(if $(SAN),/$(subst $(comma),-,$(SAN)))

# ---- Debian packages ----

DEPS = gcc make pkg-config libc6-dev libevent-dev node-llhttp libpcre2-dev \
    libjansson-dev libboost-context-dev libunwind-dev libdw-dev \
    libcurl4-openssl-dev libssl-dev zlib1g-dev libbrotli-dev libwslay-dev \
    libmd-dev tzdata
TEST_DEPS = g++ clang libclang-rt-14-dev libcmocka-dev valgrind gdb procps \
    python3 python3-brotli python3-pytest python3-requests \
    python3-websockets abigail-tools binutils git lld locales openssl vim \
    chromium strace
BENCH_DEPS = wrk nginx-light kore
LINT_DEPS = clang clang-format git

# ---- flags ----

# A goal that builds nothing must not need the libraries yet.
QUIET_GOALS = deps test-deps bench-deps lint-deps help clean run test bench \
    lint fuzz soak ci abi-update
BUILDS := $(if $(MAKECMDGOALS),$(filter-out $(QUIET_GOALS),$(MAKECMDGOALS)),all)

ifneq ($(BUILDS),)
need = $(if $(shell pkg-config --exists $(1) && echo yes),,$(error $(1) is \
    missing: install the package $(2), or run "make deps"))
$(call need,libevent_core,libevent-dev)
$(call need,libpcre2-8,libpcre2-dev)
$(call need,jansson,libjansson-dev)
$(call need,libmd,libmd-dev)
$(call need,zlib,zlib1g-dev)
# These are not linked, but opened when they are first needed.
$(call need,libunwind,libunwind-dev)
$(call need,libdw,libdw-dev)
$(call need,libcurl,libcurl4-openssl-dev)
$(call need,libssl,libssl-dev)
$(call need,libbrotlienc,libbrotli-dev)
LIB_CFLAGS := $(shell pkg-config --cflags libevent_core libpcre2-8 jansson \
    libmd libcurl libssl zlib libbrotlienc)
LIBS := $(shell pkg-config --libs libevent_core libpcre2-8 jansson libmd \
    zlib) -lwslay

# It has no file for pkg-config.
WSLAY := $(shell $(CC) -print-file-name=libwslay.so)
ifeq ($(WSLAY),libwslay.so)
$(error wslay is missing: install the package libwslay-dev, or run "make deps")
endif

LLHTTP = /usr/share/llhttp
LLHTTP_INCLUDE = /usr/share/include/llhttp
ifeq ($(wildcard $(LLHTTP)/llhttp.c),)
$(error llhttp is missing: install the package node-llhttp, or run "make deps")
endif
BOOST_CONTEXT := $(shell $(CC) -print-file-name=libboost_context.a)
ifeq ($(BOOST_CONTEXT),libboost_context.a)
$(error boost context is missing: install the package libboost-context-dev, \
    or run "make deps")
endif
endif

WARNINGS = -Wall -Wextra -Wshadow -Wconversion -Wswitch-enum \
    -Wstrict-prototypes -Wmissing-prototypes $(WERROR)
OPTIMIZE ?= -O2
SAN_FLAGS = $(if $(SAN),-fsanitize=$(SAN) -fno-omit-frame-pointer \
    -fno-sanitize-recover=all)
CPPFLAGS_ALL = -D_GNU_SOURCE -DVERSION='"$(VERSION)"' -I. -Iabi $(LIB_CFLAGS) \
    -isystem $(LLHTTP_INCLUDE) -DLLHTTP_STRICT_MODE=1 $(CPPFLAGS)
CFLAGS_ALL = -std=c11 -g $(OPTIMIZE) -fPIE -fvisibility=hidden \
    -fstack-clash-protection $(WARNINGS) $(SAN_FLAGS) $(CFLAGS)
LDFLAGS_ALL = -pie $(SAN_FLAGS) $(LDFLAGS)
# The address sanitizer looks for what throws before a C++ service brings it.
SAN_LIBS = $(if $(findstring address,$(SAN)),-Wl$(comma)--no-as-needed -lstdc++)
LIBS_ALL = $(LIBS) $(BOOST_CONTEXT) -lpthread -ldl -lm $(SAN_LIBS)

# What tomodachi.pc tells a service to use.
SERVICE_FLAGS = -Iabi -g $(OPTIMIZE) -fPIC -shared -fvisibility=hidden \
    -fstack-clash-protection -Wl,--exclude-libs,ALL \
    -Wl,-Bsymbolic-functions $(SAN_FLAGS)

# ---- files ----

SOURCES = $(sort $(wildcard runtime/*/*.c transports/*.c transports/*/*.c)) \
    abi/layout.c
CMD_SOURCES = $(sort $(wildcard cmd/*.c))
LLHTTP_OBJECTS = $(BUILD)/obj/llhttp/api.o $(BUILD)/obj/llhttp/http.o \
    $(BUILD)/obj/llhttp/llhttp.o
OBJECTS = $(SOURCES:%.c=$(BUILD)/obj/%.o) $(LLHTTP_OBJECTS)
CMD_OBJECTS = $(CMD_SOURCES:%.c=$(BUILD)/obj/%.o)
# What tests link: all but main(), of which a test has its own.
TEST_OBJECTS = $(OBJECTS) $(filter-out $(BUILD)/obj/cmd/main.o,$(CMD_OBJECTS))
RUNNER = $(BUILD)/tomodachi
SAMPLES = $(patsubst %.c,$(BUILD)/%.so,$(wildcard sample_services/*.c))
TEST_SERVICES = $(patsubst %.c,$(BUILD)/%.so,$(wildcard test/services/*.c)) \
    $(patsubst %.cc,$(BUILD)/%.so,$(wildcard test/services/*.cc)) \
    $(MADE_SERVICES)
# Bad files that no compiler makes by itself.
MADE_SERVICES = $(addprefix $(BUILD)/test/services/,not_elf.so empty.so \
    truncated.so half_header.so class_32.so other_arch.so program.so \
    fixed_program.so object.so folder.so visible_cxx.so origin.so sysv_hash.so \
    conformance_main.so conformance_errs.so conformance_mw.so)
UNIT_TESTS = $(patsubst %.c,$(BUILD)/%,$(sort $(shell \
    find test/unit -name '*_test.c' 2>/dev/null)))
LOOP_TESTS = $(filter $(BUILD)/test/unit/runtime/loop/%,$(UNIT_TESTS))
FUZZERS = $(patsubst %.c,$(BUILD)/%,$(sort $(wildcard test/fuzz/*_fuzz.c)))

.PHONY: all run deps test-deps bench-deps lint-deps test unit e2e soak fuzz \
    fuzz-all bench bench-build lint format abi-check abi-update install docs \
    clean help test-build valgrind
.DELETE_ON_ERROR:
.SECONDARY:

all: $(RUNNER) $(SAMPLES) ## Build the runner and the sample services

run: ## Install what is missing, build, and run the hello service
	@$(MAKE) --no-print-directory deps
	@$(MAKE) --no-print-directory all
	$(RUNNER) run $(BUILD)/sample_services/hello.so

deps: ## Install what building needs (Debian packages)
	@.ci/install $(DEPS)

test-deps: ## Install what the tests need
	@.ci/install $(DEPS) $(TEST_DEPS)

bench-deps: ## Install what the benchmarks need
	@.ci/install $(DEPS) $(BENCH_DEPS)

lint-deps: ## Install what lint needs
	@.ci/install $(DEPS) $(LINT_DEPS)

# ---- build ----

# "make V=1" shows the commands.
Q = $(if $(V),,@)

$(RUNNER): $(OBJECTS) $(CMD_OBJECTS) abi/exports.list
	@echo "CC $@"
	$(Q)$(CC) $(LDFLAGS_ALL) -Wl,--dynamic-list=abi/exports.list -o $@ \
	    $(OBJECTS) $(CMD_OBJECTS) $(LIBS_ALL)

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	@echo "CC $@"
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

# The headers are carried in it, by a directive that no compiler lists.
$(BUILD)/obj/runtime/build/headers.o: $(wildcard abi/tomodachi.h \
    abi/tomodachi/*.h)

# Somebody else's code: our warnings are not its.
$(BUILD)/obj/llhttp/%.o: $(LLHTTP)/%.c
	@mkdir -p $(@D)
	@echo "CC $@"
	$(Q)$(CC) $(CPPFLAGS_ALL) -I$(LLHTTP_INCLUDE) $(CFLAGS_ALL) -w -c -o $@ $<

$(BUILD)/sample_services/%.so: sample_services/%.c
	@mkdir -p $(@D)
	@echo "CC $@"
	$(Q)$(CC) -std=c11 $(SERVICE_FLAGS) $(WARNINGS) -Wpedantic -MMD -MP -o $@ $< \
	    -ljansson

$(BUILD)/test/services/%.so: test/services/%.c
	@mkdir -p $(@D)
	@echo "CC $@"
	$(Q)$(CC) -std=gnu11 $(SERVICE_FLAGS) $(WARNINGS) -MMD -MP -o $@ $< -ljansson

$(BUILD)/test/services/%.so: test/services/%.cc
	@mkdir -p $(@D)
	@echo "CXX $@"
	$(Q)$(CXX) -std=c++17 $(SERVICE_FLAGS) -Wall -Wextra -MMD -MP -o $@ $<

include test/services/special.mk

$(BUILD)/test/unit/%_test: test/unit/%_test.c $(TEST_OBJECTS)
	@mkdir -p $(@D)
	@echo "CC $@"
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP $(LDFLAGS_ALL) -o $@ $< \
	    $(TEST_OBJECTS) $(LIBS_ALL) -lcmocka -Wl,--as-needed -lssl -lcrypto \
	    -lz -lbrotlidec

$(BUILD)/test/bench/%_bench: test/bench/%_bench.c $(OBJECTS)
	@mkdir -p $(@D)
	@echo "CC $@"
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP $(LDFLAGS_ALL) -o $@ $< \
	    $(OBJECTS) $(LIBS_ALL)

$(BUILD)/test/fuzz/%_fuzz: test/fuzz/%_fuzz.c $(TEST_OBJECTS)
	@mkdir -p $(@D)
	@echo "CC $@"
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP $(LDFLAGS_ALL) \
	    -fsanitize=fuzzer -o $@ $< $(TEST_OBJECTS) $(LIBS_ALL)

-include $(shell find $(BUILD) -maxdepth 6 -name '*.d' 2>/dev/null)

# ---- benchmarks ----

BENCH_SERVERS = $(BUILD)/bench/epoll $(BUILD)/bench/ws_epoll \
    $(BUILD)/bench/ws_load $(BUILD)/bench/libevent \
    $(BUILD)/bench/kore_hello.so $(BUILD)/test/services/ws_echo.so

bench: ## Measure speed beside the peers (BENCH_ARGS="--only http")
	@$(MAKE) --no-print-directory bench-deps
	@$(MAKE) --no-print-directory all bench-build
	$(PYTHON) -B test/bench/run.py --build $(BUILD) $(BENCH_ARGS)

bench-build: $(BENCH_SERVERS)

$(BUILD)/bench/%: test/bench/%.c $(LLHTTP_OBJECTS)
	@mkdir -p $(@D)
	@echo "CC $@"
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP $(LDFLAGS_ALL) -o $@ $< \
	    $(LLHTTP_OBJECTS) $(LIBS)

$(BUILD)/bench/%.so: test/bench/%.c
	@mkdir -p $(@D)
	@echo "CC $@"
	$(Q)$(CC) -std=gnu11 $(OPTIMIZE) -fPIC -shared -o $@ $<

# ---- tests ----

test: ## Install what is missing and run all tests (SAN=address,undefined)
	@$(MAKE) --no-print-directory test-deps
	@$(MAKE) --no-print-directory unit
	@$(MAKE) --no-print-directory e2e
	@$(if $(SAN),:,$(MAKE) --no-print-directory abi-check)

test-build: $(RUNNER) $(SAMPLES) $(TEST_SERVICES) $(UNIT_TESTS)

unit: test-build ## Run the unit tests
	@BUILD=$(BUILD) test/run_unit $(UNIT_TESTS)

# What a thread that is left in its function still holds is only possibly lost.
valgrind: $(LOOP_TESTS) ## Run the unit tests of the loop under valgrind
	@for program in $(LOOP_TESTS); do \
	    valgrind -q --error-exitcode=9 --leak-check=full \
		--errors-for-leak-kinds=definite \
		$$program >$$program.log 2>&1 || \
		{ cat $$program.log; echo "FAIL  $$program"; exit 1; }; \
	    echo "ok    $$program"; \
	done

e2e: test-build ## Run the end-to-end tests (PYTEST_ARGS="-k name")
	BUILD=$(BUILD) SAN=$(SAN) $(PYTHON) -m pytest -q -p no:cacheprovider \
	    test/e2e $(PYTEST_ARGS)

SOAK_SECONDS ?= 600

soak: ## Install what is missing, load and fuzz long (SOAK_SECONDS=600)
	@$(MAKE) --no-print-directory test-deps
	@$(MAKE) --no-print-directory test-build
	BUILD=$(BUILD) SAN=$(SAN) SOAK_SECONDS=$(SOAK_SECONDS) $(PYTHON) -m \
	    pytest -q -s -p no:cacheprovider test/soak \
	    test/e2e/test_reloads.py test/e2e/test_websocket_memory.py \
	    $(PYTEST_ARGS)
	@$(MAKE) --no-print-directory fuzz FUZZ_SECONDS=$(SOAK_SECONDS)

FUZZ_SECONDS ?= 20
FUZZ_MAKE = $(MAKE) --no-print-directory BUILD=build/fuzz CC=clang \
    SAN=fuzzer-no-link,address,undefined

fuzz: ## Install what is missing and fuzz each parser (FUZZ_SECONDS=20)
	@$(MAKE) --no-print-directory test-deps
	@$(FUZZ_MAKE) fuzz-all

fuzz-all: $(FUZZERS)
	@BUILD=$(BUILD) FUZZ_SECONDS=$(FUZZ_SECONDS) test/run_fuzz $(FUZZERS)

# ---- looks ----

FORMATTED = $(shell git ls-files '*.c' '*.h' | grep -v '^abi/tomodachi')

format: ## Lay out the C files (clang-format)
	@clang-format -i $(FORMATTED)

lint: ## Install what is missing and check warnings, layout and walls
	@$(MAKE) --no-print-directory lint-deps
	$(MAKE) --no-print-directory BUILD=build/gcc CC=gcc WERROR=-Werror all
	$(MAKE) --no-print-directory BUILD=build/clang CC=clang WERROR=-Werror all
	@clang-format --dry-run -Werror $(FORMATTED)
	@$(PYTHON) test/lint.py

# ---- documentation ----

docs: $(RUNNER) ## Renew the generated tables of docs/
	$(RUNNER) options --markdown >$(BUILD)/options_table.md
	sed -e '/^<!-- options -->$$/r $(BUILD)/options_table.md' \
	    -e '/^<!-- options -->$$/,/^<!-- \/options -->$$/{/^|/d}' \
	    docs/options.md >$(BUILD)/options.md
	mv $(BUILD)/options.md docs/options.md
	$(PYTHON) test/e2e/decisions.py

# ---- ABI and install ----

ABI_ENV = CC="$(CC)" PYTHON=$(PYTHON) BUILD=$(BUILD) OUT=$(BUILD)/abi

# Not with SAN: then the runner exports the sanitizer's symbols too.
abi-check: $(RUNNER) ## Compare the ABI with what is written down about it
	$(ABI_ENV) RUNNER=$(RUNNER) test/abi/check
	$(ABI_ENV) test/abi/self_test
	test/abi/warnings

abi-update: ## Renew abi/tomodachi.abi after something was appended
	$(ABI_ENV) test/abi/check update

install: $(RUNNER) ## Install runner, headers and tomodachi.pc (PREFIX, DESTDIR)
	install -d "$(DESTDIR)$(PREFIX)/bin" \
	    "$(DESTDIR)$(PREFIX)/include/tomodachi" \
	    "$(DESTDIR)$(PREFIX)/lib/pkgconfig" \
	    "$(DESTDIR)$(PREFIX)/share/doc/tomodachi"
	install $(RUNNER) "$(DESTDIR)$(PREFIX)/bin/tomodachi"
	install -m 644 abi/tomodachi.h "$(DESTDIR)$(PREFIX)/include"
	install -m 644 abi/tomodachi/*.h \
	    "$(DESTDIR)$(PREFIX)/include/tomodachi"
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@VERSION@|$(VERSION)|' \
	    abi/tomodachi.pc.in \
	    > "$(DESTDIR)$(PREFIX)/lib/pkgconfig/tomodachi.pc"
	install -m 644 LICENSE "$(DESTDIR)$(PREFIX)/share/doc/tomodachi"

clean: ## Remove everything that was built
	rm -rf build

help: ## List the targets
	@grep -hE '^[a-z0-9-]+:.*## ' Makefile | \
	    sed -E 's/^([a-z0-9-]+):.*## (.*)/\1\t\2/' | expand -t 14
