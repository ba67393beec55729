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
    libjansson-dev libboost-context-dev
TEST_DEPS = g++ clang libclang-rt-14-dev libcmocka-dev valgrind gdb procps \
    python3 python3-pytest python3-requests abigail-tools binutils
BENCH_DEPS = wrk nginx-light kore
LINT_DEPS = clang clang-format clang-tidy git

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
LIB_CFLAGS := $(shell pkg-config --cflags libevent_core libpcre2-8 jansson)
LIBS := $(shell pkg-config --libs libevent_core libpcre2-8 jansson)

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
LIBS_ALL = $(LIBS) $(BOOST_CONTEXT) -lpthread -ldl -lm

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
RUNNER = $(BUILD)/tomodachi
SAMPLES = $(patsubst %.c,$(BUILD)/%.so,$(wildcard sample_services/*.c))
TEST_SERVICES = $(patsubst %.c,$(BUILD)/%.so,$(wildcard test/services/*.c)) \
    $(patsubst %.cc,$(BUILD)/%.so,$(wildcard test/services/*.cc)) \
    $(MADE_SERVICES)
# Bad files that no compiler makes by itself.
MADE_SERVICES = $(addprefix $(BUILD)/test/services/,not_elf.so empty.so \
    truncated.so half_header.so class_32.so other_arch.so program.so \
    fixed_program.so object.so folder.so visible_cxx.so origin.so sysv_hash.so)
UNIT_TESTS = $(patsubst %.c,$(BUILD)/%,$(sort $(shell \
    find test/unit -name '*_test.c' 2>/dev/null)))

.PHONY: all run deps test-deps bench-deps lint-deps test unit e2e soak fuzz \
    bench lint format abi-check abi-update install clean help test-build
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

$(RUNNER): $(OBJECTS) $(CMD_OBJECTS) abi/exports.list
	$(CC) $(LDFLAGS_ALL) -Wl,--dynamic-list=abi/exports.list -o $@ \
	    $(OBJECTS) $(CMD_OBJECTS) $(LIBS_ALL)

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

# Somebody else's code: our warnings are not its.
$(BUILD)/obj/llhttp/%.o: $(LLHTTP)/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS_ALL) -I$(LLHTTP_INCLUDE) $(CFLAGS_ALL) -w -c -o $@ $<

$(BUILD)/sample_services/%.so: sample_services/%.c
	@mkdir -p $(@D)
	$(CC) -std=c11 $(SERVICE_FLAGS) $(WARNINGS) -Wpedantic -MMD -MP -o $@ $< \
	    -ljansson

$(BUILD)/test/services/%.so: test/services/%.c
	@mkdir -p $(@D)
	$(CC) -std=gnu11 $(SERVICE_FLAGS) $(WARNINGS) -MMD -MP -o $@ $< -ljansson

$(BUILD)/test/services/%.so: test/services/%.cc
	@mkdir -p $(@D)
	$(CXX) -std=c++17 $(SERVICE_FLAGS) -Wall -Wextra -MMD -MP -o $@ $<

GOOD = $(BUILD)/test/services/good.so

$(BUILD)/test/services/not_elf.so: $(GOOD)
	echo 'no service' > $@
$(BUILD)/test/services/empty.so: $(GOOD)
	: > $@
$(BUILD)/test/services/folder.so: | $(GOOD)
	mkdir -p $@
$(BUILD)/test/services/truncated.so: $(GOOD)
	head -c -64 $< > $@
$(BUILD)/test/services/half_header.so: $(GOOD)
	head -c 30 $< > $@
# Bytes 4 and 18 of the ELF header: the class, the machine (243 is RISC-V).
$(BUILD)/test/services/class_32.so: $(GOOD)
	(head -c 4 $<; printf '\001'; tail -c +6 $<) > $@
$(BUILD)/test/services/other_arch.so: $(GOOD)
	(head -c 18 $<; printf '\363'; tail -c +20 $<) > $@
$(BUILD)/test/services/program.so: test/services/no_descriptor.c
	@mkdir -p $(@D)
	echo 'int main(void) { return 0; }' | cat $< - | \
	    $(CC) -fPIE -pie -o $@ -x c -
$(BUILD)/test/services/fixed_program.so: test/services/no_descriptor.c
	@mkdir -p $(@D)
	echo 'int main(void) { return 0; }' | cat $< - | \
	    $(CC) -fno-pie -no-pie -o $@ -x c -
$(BUILD)/test/services/object.so: test/services/good.c
	@mkdir -p $(@D)
	$(CC) -Iabi -fPIC -c -o $@ $<

# Not by the sanitizer's flags: its libraries bring a C++ runtime.
$(BUILD)/test/services/hidden_cxx.so: test/services/hidden_cxx.cc
	@mkdir -p $(@D)
	$(CXX) -std=c++17 -Iabi -fPIC -shared -fvisibility=hidden \
	    -static-libstdc++ -static-libgcc -Wl,--exclude-libs,ALL -MMD -MP \
	    -o $@ $<

# A sanitizer would pad the three bytes.
$(BUILD)/test/services/tiny_descriptor.so: test/services/tiny_descriptor.c
	@mkdir -p $(@D)
	$(CC) -Iabi -fPIC -shared -o $@ $<

$(BUILD)/test/services/visible_cxx.so: test/services/good_cxx.cc
	@mkdir -p $(@D)
	$(CXX) -std=c++17 -Iabi -fPIC -shared -static-libstdc++ -static-libgcc \
	    -o $@ $<
$(BUILD)/test/services/origin.so: test/services/good.c
	@mkdir -p $(@D)
	$(CC) -Iabi -fPIC -shared -Wl,-rpath,'$$ORIGIN/lib' -o $@ $<
$(BUILD)/test/services/sysv_hash.so: test/services/good.c
	@mkdir -p $(@D)
	$(CC) -Iabi -fPIC -shared -Wl,--hash-style=sysv -o $@ $<

# The library is there for the linker only.
$(BUILD)/test/services/missing_library.so: test/services/missing_library.c
	@mkdir -p $(@D)/absent
	echo 'int absent(void) { return 0; }' | $(CC) -shared -fPIC -x c - \
	    -Wl,-soname,libabsent.so.1 -o $(@D)/absent/libabsent.so
	$(CC) -std=gnu11 $(SERVICE_FLAGS) $(WARNINGS) -MMD -MP -o $@ $< \
	    -L$(@D)/absent -labsent

$(BUILD)/test/unit/%_test: test/unit/%_test.c $(OBJECTS)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP $(LDFLAGS_ALL) -o $@ $< \
	    $(OBJECTS) $(LIBS_ALL) -lcmocka

-include $(shell find $(BUILD) -maxdepth 6 -name '*.d' 2>/dev/null)

# ---- tests ----

test: ## Install what is missing and run all tests (SAN=address,undefined)
	@$(MAKE) --no-print-directory test-deps
	@$(MAKE) --no-print-directory unit
	@$(MAKE) --no-print-directory e2e
	@$(if $(SAN),:,$(MAKE) --no-print-directory abi-check)

test-build: $(RUNNER) $(SAMPLES) $(TEST_SERVICES) $(UNIT_TESTS)

unit: test-build ## Run the unit tests
	@BUILD=$(BUILD) test/run_unit $(UNIT_TESTS)

e2e: test-build ## Run the end-to-end tests (PYTEST_ARGS="-k name")
	BUILD=$(BUILD) SAN=$(SAN) $(PYTHON) -m pytest -q -p no:cacheprovider \
	    test/e2e $(PYTEST_ARGS)

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
	@grep -hE '^[a-z-]+:.*## ' Makefile | \
	    sed -E 's/^([a-z-]+):.*## (.*)/\1\t\2/' | expand -t 14
