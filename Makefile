# make [BUILD=debug] [CC=clang]   build/armd, armctl, armsim (build/debug/… with ASan and UBSan)
# make check                      unit tests and fuzz corpora with sanitizers, no root
# make interop                    real BIRD in network namespaces, root
# make interop-full               the same with what takes minutes: what a restart costs
# make matrix                     the same with every BGP speaker of Debian, scripts/speakers
# make matrix interop ARMD_SUITE=trixie  those of another release, if apt's mirror has it
# make interop-ao                 TCP-AO, on a kernel that has it: in a virtual machine
# make fuzz [FUZZ_TIME=60] [FUZZ="bgp_open bgp_pair"]  libFuzzer, clang
# make bench [BENCH_JSON=file]    the table of figures
# make lint                       clang-format, clang-tidy, cppcheck, shellcheck
# make install [PREFIX=/usr/local] [DESTDIR=]
# make clean, make help           help prints this

BUILD ?= release
CC := $(if $(filter default,$(origin CC)),gcc,$(CC))
PREFIX ?= /usr/local
SYSCONFDIR ?= /etc
DESTDIR ?=
FUZZ_TIME ?= 60

PACKAGES := libevent jansson libconfuse libcurl
HAVE_SYSTEMD := $(shell pkg-config --exists libsystemd 2>/dev/null && echo yes)

B_release := build
B_debug := build/debug
B_fuzz := build/fuzz
B := $(B_$(BUILD))
$(if $(B),,$(error BUILD is release, debug or fuzz, not $(BUILD)))

WARN := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wwrite-strings -Wpointer-arith -Wvla
F_release := -O2 -g -D_FORTIFY_SOURCE=2 -fstack-protector-strong
# The codecs are many small functions in many files: gcc sees them as one program, which
# takes a tenth off the cost of an UPDATE (tests/bench/bench_table.py).
ifeq ($(BUILD)-$(notdir $(CC)),release-gcc)
F_release += -flto=auto
AR := gcc-ar
endif
F_debug := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined \
	-fno-omit-frame-pointer
F_fuzz := -O1 -g -fsanitize=fuzzer-no-link,address,undefined \
	-fno-sanitize-recover=undefined -fno-omit-frame-pointer
# Every x86-64 since 2008 counts ones in an instruction, which doubles the lookups a
# second of rib/trie.c (tests/bench/trie.c); elsewhere the compiler's own way will do.
ARCH_FLAGS := $(if $(filter x86_64%,$(shell $(CC) -dumpmachine)),-mpopcnt)
CPPFLAGS += -D_GNU_SOURCE -Isrc -I.
ALL_CFLAGS = -std=c11 $(WARN) $(ARCH_FLAGS) $(F_$(BUILD)) $(CFLAGS)
ALL_LDFLAGS = $(F_$(BUILD)) $(LDFLAGS)

# One archive a folder. The order is the direction of dependencies, highest first.
PROGRAMS := armd armctl armsim
LIBS := src bgp rib sflow base
SOURCES_base := $(wildcard src/base/*.c)
SOURCES_rib := $(wildcard rib/*.c)
SOURCES_bgp := $(wildcard bgp/*.c)
SOURCES_sflow := $(wildcard sflow/*.c)
SOURCES_src := $(filter-out $(PROGRAMS:%=src/%.c),$(wildcard src/*.c))

archive = $(B)/lib$(1).a
objects = $(patsubst %.c,$(B)/obj/%.o,$(1))

# What the tests, benchmarks and fuzzers of a folder link with: it and what lies below.
BELOW_base := base
BELOW_sflow := sflow base
BELOW_rib := rib base
BELOW_bgp := bgp rib base
BELOW_src := src bgp rib sflow base
BELOW_helpers := base

LIBS_rib := -lm
LIBS_bgp := -lm
LIBS_helpers := -lm
LIBS_src = -lm $(shell pkg-config --libs $(PACKAGES)) \
	$(if $(HAVE_SYSTEMD),$(shell pkg-config --libs libsystemd)) \
	-Wl,--as-needed -lpcap -lbz2 -lz
CFLAGS_src = $(shell pkg-config --cflags $(PACKAGES)) \
	$(if $(HAVE_SYSTEMD),-DHAVE_SYSTEMD)

all: $(PROGRAMS:%=$(B)/%)

$(PROGRAMS:%=$(B)/%): $(B)/%: $(B)/obj/src/%.o $(foreach lib,$(LIBS),$(call archive,$(lib)))
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS_src)

define folder_rules
$$(call archive,$(1)): $$(call objects,$$(SOURCES_$(1)))
	@mkdir -p $$(@D)
	@rm -f $$@
	$$(AR) rcs $$@ $$^
endef
$(foreach lib,$(LIBS),$(eval $(call folder_rules,$(lib))))

$(B)/obj/src/%.o $(B)/obj/tests/%.o: ALL_CFLAGS += $(CFLAGS_src)
$(B)/obj/tests/%.o: CPPFLAGS += -Itests
$(B)/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# Unit tests: tests/unit/FOLDER/NAME_test.c.
UNIT := $(wildcard tests/unit/*/*_test.c)
FUZZERS := $(wildcard tests/fuzz/*_fuzz.c)
FUZZ ?= $(FUZZERS:tests/fuzz/%_fuzz.c=%)
folder = $(notdir $(patsubst %/,%,$(dir $(1))))

# What several tests share: tests/helpers, included as "helpers/…".
SOURCES_helpers := $(wildcard tests/helpers/*.c)
HELPERS := $(call archive,helpers)
$(eval $(call folder_rules,helpers))

define unit_rule
$(B)/$(1:.c=): $(B)/obj/$(1:.c=.o) $$(HELPERS) $$(foreach l,$$(BELOW_$(2)),$$(call archive,$$(l)))
	@mkdir -p $$(@D)
	$$(CC) $$(ALL_LDFLAGS) -o $$@ $$^ -lcmocka -lz $$(LIBS_$(2))
endef
$(foreach t,$(UNIT),$(eval $(call unit_rule,$(t),$(call folder,$(t)))))

# Fuzzers: tests/fuzz/FOLDER_NAME_fuzz.c; elsewhere than under BUILD=fuzz they are
# linked with a driver that runs the files of their corpus.
FUZZ_MAIN := $(if $(filter fuzz,$(BUILD)),,$(B)/obj/tests/fuzz/replay.o)
define fuzz_rule
$(B)/$(1:.c=): $(B)/obj/$(1:.c=.o) $(FUZZ_MAIN) $$(HELPERS) $$(foreach l,$$(BELOW_$(2)),$$(call archive,$$(l)))
	@mkdir -p $$(@D)
	$$(CC) $$(ALL_LDFLAGS) $$(if $$(filter fuzz,$$(BUILD)),-fsanitize=fuzzer) -o $$@ $$^ $$(LIBS_$(2))
endef
$(foreach f,$(FUZZERS),$(eval $(call fuzz_rule,$(f),$(firstword $(subst _, ,$(notdir $(f)))))))

unit-programs: $(UNIT:%.c=$(B)/%)
fuzz-programs: $(FUZZERS:%.c=$(B)/%)

check:
	@scripts/check-folders
	@$(MAKE) --no-print-directory BUILD=debug all unit-programs fuzz-programs
	@tests/run-unit $(B_debug) $(UNIT:%.c=%) $(FUZZERS:%.c=%)

fuzz:
	@$(MAKE) --no-print-directory BUILD=fuzz CC=clang $(FUZZ:%=$(B_fuzz)/tests/fuzz/%_fuzz)
	@tests/fuzz/run $(FUZZ_TIME) $(FUZZ:%=$(B_fuzz)/tests/fuzz/%_fuzz)

# Of another release of Debian; without them both say that they skip.
suite-speakers:
	@$(if $(ARMD_SUITE),scripts/speakers || echo "no BGP speakers of $(ARMD_SUITE)")

interop: all tools suite-speakers
	@tests/interop/run

interop-full: all tools
	@tests/interop/run --long

interop-ao: all
	@scripts/guest tests/interop/ao || [ $$? -eq 77 ]

matrix: all tools suite-speakers
	@tests/interop/matrix

bench: all bench-programs
	@tests/bench/run

# Benchmarks: tests/bench/NAME.c, linked with everything.
BENCHES := $(wildcard tests/bench/*.c)
bench-programs: $(BENCHES:%.c=$(B)/%)
$(BENCHES:%.c=$(B)/%): $(B)/%: $(B)/obj/%.o $(HELPERS) $(foreach lib,$(LIBS),$(call archive,$(lib)))
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ -lz $(LIBS_src)

# The lab's traffic source.
SOURCES_sflowgen := $(wildcard scripts/sflowgen/*.c)
tools: $(B)/sflowgen
$(B)/sflowgen: $(call objects,$(SOURCES_sflowgen)) $(call archive,base)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ -lm

lint:
	@CPPFLAGS='$(subst ',,$(CPPFLAGS)) $(CFLAGS_src)' scripts/lint

install: all
	install -d $(DESTDIR)$(PREFIX)/sbin $(DESTDIR)$(PREFIX)/bin
	install -m 755 build/armd $(DESTDIR)$(PREFIX)/sbin/armd
	install -m 755 build/armctl build/armsim $(DESTDIR)$(PREFIX)/bin
	for page in armctl.1 armd-api.7 armsim.1 armd.8 armd.conf.5; do \
		install -D -m 644 conf/man/$$page \
			$(DESTDIR)$(PREFIX)/share/man/man$${page##*.}/$$page || exit 1; \
	done
	install -d $(DESTDIR)$(PREFIX)/lib/systemd/system
	sed 's|/usr/local|$(PREFIX)|' conf/systemd/armd.service \
		>$(DESTDIR)$(PREFIX)/lib/systemd/system/armd.service
	test -e $(DESTDIR)$(SYSCONFDIR)/armd/armd.conf || \
		install -D -m 644 conf/armd.conf $(DESTDIR)$(SYSCONFDIR)/armd/armd.conf

clean:
	rm -rf build

help:
	@sed -n '/^#/!q; s/^# //p' Makefile

.PHONY: all check fuzz interop interop-full interop-ao matrix bench lint install clean help \
	unit-programs fuzz-programs bench-programs suite-speakers tools

-include $(shell find $(B)/obj -name '*.d' 2>/dev/null)
