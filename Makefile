# SPDX-License-Identifier: MIT
# libassistant: "make help" lists the targets.
#
# CC, CFLAGS, CPPFLAGS, LDFLAGS and LIBS are the user's and are never changed; what the
# library needs is in ASST_... variables. Settings can be kept in config.mak.

# The version, once. base.h and the newest node of the map must agree (version.ok below).
VERSION := 0.1.0
SOVERSION := 0

PREFIX ?= /usr/local
prefix = $(PREFIX)
exec_prefix = $(prefix)
LIBDIR ?= $(exec_prefix)/lib
libdir = $(LIBDIR)
INCLUDEDIR ?= $(prefix)/include
includedir = $(INCLUDEDIR)
datadir = $(prefix)/share
MANDIR ?= $(datadir)/man
mandir = $(MANDIR)
pkgconfigdir = $(libdir)/pkgconfig
conformancedir = $(datadir)/libassistant/conformance
DESTDIR =

CFLAGS ?= -O2 -g
CXXFLAGS ?= -O2 -g
INSTALL ?= install
PKG_CONFIG ?= pkg-config
NM ?= nm
PYTHON ?= python3
BUILD = build
V = 0
# Empty it to let checks pass with a compiler that warns of more.
WERROR = -Werror
# What the sanitizer targets set; a list as -fsanitize= takes it.
SANITIZE =
# A program that must compile and run as it stands; skipped where there is none.
QUICKSTART = ../shared/contract/quickstart.c

-include config.mak

ifeq ($(V),1)
Q :=
say :=
else
Q := @
say = @printf '  %-8s%s\n' '$(1)' '$(2)';
MAKEFLAGS += --no-print-directory
endif

# Checks use all processors, unless -j says otherwise.
ifneq ($(filter check%,$(MAKECMDGOALS)),)
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j$(or $(shell nproc 2>/dev/null),1)
endif
endif

.SUFFIXES:
.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: FORCE all help
all:

# With the goal "deps", all that compiles or checks waits for it. So nothing may ask
# pkg-config or the compiler while this file is read: $(call once,...) asks at first use.
DEPS := $(filter deps,$(MAKECMDGOALS))
once = $(eval $(1) := $$(shell $(2)))$($(1))

# ---- flags

ASST_WARN = -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wconversion -Wcast-qual -Wvla -Wundef
ASST_STD = -std=c11 -D_POSIX_C_SOURCE=200809L
ifeq ($(SANITIZE),)
# Fortification needs an optimizing compiler and yields to the user's own.
FORTIFY = $(if $(findstring _FORTIFY_SOURCE,$(CFLAGS) $(CPPFLAGS)),,$(if \
	$(filter-out -O0,$(lastword $(filter -O%,$(CFLAGS)))),-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3))
ASST_HARDEN = $(call once,ASST_HARDEN,CC='$(CC)' sh tests/tools/ccflags.sh compile \
	-fstack-protector-strong -fstack-clash-protection -fcf-protection=full)
HARDEN_LD = -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,-z,defs -Wl,--no-undefined-version
ASST_HARDEN_LD = $(call once,ASST_HARDEN_LD,CC='$(CC)' sh tests/tools/ccflags.sh link $(HARDEN_LD))
else
ASST_HARDEN = -fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer
ASST_HARDEN_LD = -Wl,--no-undefined-version
endif
ASST_EXTRA =

# libsodium is optional: digests, sealed secrets, hashed credentials. SODIUM=no leaves it out.
SODIUM = $(call once,SODIUM,$(PKG_CONFIG) --exists libsodium && echo yes || echo no)
PACKAGES = libcjson uuid$(if $(filter yes,$(SODIUM)), libsodium)
DEP_CFLAGS = $(call once,DEP_CFLAGS,$(PKG_CONFIG) --cflags $(PACKAGES))
ASST_DEP_CFLAGS = $(DEP_CFLAGS) $(if $(filter yes,$(SODIUM)),-DASST_WITH_SODIUM)
DEP_LIBS = $(call once,DEP_LIBS,$(PKG_CONFIG) --libs $(PACKAGES))
ASST_DEP_LIBS = $(DEP_LIBS) -lpthread
CMOCKA_CFLAGS = $(call once,CMOCKA_CFLAGS,$(PKG_CONFIG) --cflags cmocka)
CMOCKA_LIBS = $(call once,CMOCKA_LIBS,$(PKG_CONFIG) --libs cmocka)

ASST_CPPFLAGS = -Iinclude -Ilib $(ASST_DEP_CFLAGS)
ASST_CFLAGS = $(ASST_STD) $(ASST_WARN) -fvisibility=hidden $(FORTIFY) $(ASST_HARDEN) $(ASST_EXTRA)
# Test programs: without -Wconversion, and a warning is a failure.
TEST_CFLAGS = $(ASST_STD) -Wall -Wextra -Wshadow -Wstrict-prototypes -Wcast-qual -Wvla -Wundef \
	$(WERROR) $(FORTIFY) $(ASST_HARDEN) $(ASST_EXTRA)

# ---- files

SRC := $(sort $(wildcard lib/*/*.c lib/*/*/*.c))
HEADERS := $(sort $(wildcard include/assistant/*.h))
SYS_HEADERS := $(sort $(wildcard include/assistant/sys/*.h))
CONFORMANCE := $(sort $(wildcard tests/conformance/asst_conformance*.[ch]))
MAN := $(sort $(wildcard man/*.3 man/*.5 man/*.7))

MAP := lib/libassistant.map
SONAME := libassistant.so.$(SOVERSION)
SOFILE := libassistant.so.$(VERSION)
STATIC = $(BUILD)/libassistant.a
SHARED = $(BUILD)/$(SOFILE) $(BUILD)/$(SONAME) $(BUILD)/libassistant.so
PC = $(BUILD)/libassistant.pc
STATIC_OBJ = $(SRC:%.c=$(BUILD)/static/%.o)
SHARED_OBJ = $(SRC:%.c=$(BUILD)/shared/%.o)

all: $(STATIC) $(SHARED) $(PC)

# ---- library

# Rewritten only when what it says changes: all objects depend on it.
ALL_FLAGS = $(CC) $(ASST_CPPFLAGS) $(CPPFLAGS) $(ASST_CFLAGS) $(CFLAGS) $(LDFLAGS) $(LIBS)
$(BUILD)/flags: FORCE | $(DEPS)
	@mkdir -p '$(@D)'
	@if [ ! -f '$(BUILD)/.gitignore' ]; then echo '*' >'$(BUILD)/.gitignore'; fi
	@printf '%s\n' '$(subst ','\'',$(ALL_FLAGS))' >'$@.new'
	@if cmp -s '$@.new' '$@'; then rm -f '$@.new'; else mv -f '$@.new' '$@'; fi

$(BUILD)/version.ok: Makefile include/assistant/base.h $(MAP) | $(BUILD)/flags
	@awk -v want='$(VERSION)' ' \
	FILENAME ~ /base\.h$$/ && /^#define ASST_VERSION_(MAJOR|MINOR|PATCH) / { h = h s $$3; s = "." } \
	FILENAME ~ /\.map$$/ && /^LIBASSISTANT_[0-9.]+ *\{/ { node = $$1; sub(/\{.*/, "", node) } \
	END { split(want, v, "."); bad = 0; \
	if (h != want) { bad = 1; \
	print "base.h says version " h ", Makefile says " want > "/dev/stderr" } \
	if (node != "LIBASSISTANT_" v[1] "." v[2]) { bad = 1; \
	print "the newest node of the map is " node ", Makefile says " want > "/dev/stderr" } \
	exit bad }' include/assistant/base.h $(MAP)
	@touch '$@'

# What the compiler says is kept beside the object for check-warnings.
define compile
	@mkdir -p '$(@D)'
	$(call say,CC,$@)
	$(Q)$(CC) $(ASST_CPPFLAGS) $(CPPFLAGS) $(ASST_CFLAGS) $(1) $(CFLAGS) -MMD -MP -c -o '$@' '$<' \
		2>'$@.warn' || { cat '$@.warn' >&2; exit 1; }; cat '$@.warn' >&2
endef

$(BUILD)/static/%.o: %.c $(BUILD)/flags | $(BUILD)/version.ok
	$(call compile,)

$(BUILD)/shared/%.o: %.c $(BUILD)/flags | $(BUILD)/version.ok
	$(call compile,-fPIC)

# The list of sources: a file that is gone leaves the archive, too.
$(BUILD)/sources: FORCE | $(BUILD)/flags
	@printf '%s\n' $(SRC) >'$@.new'
	@if cmp -s '$@.new' '$@'; then rm -f '$@.new'; else mv -f '$@.new' '$@'; fi

$(STATIC): $(STATIC_OBJ) $(BUILD)/sources
	$(call say,AR,$@)
	@rm -f '$@'
	$(Q)$(AR) rcs '$@' $(STATIC_OBJ)

$(BUILD)/$(SOFILE): $(SHARED_OBJ) $(MAP) $(BUILD)/sources
	$(call say,LD,$@)
	$(Q)$(CC) -shared $(ASST_HARDEN) $(CFLAGS) $(ASST_HARDEN_LD) $(LDFLAGS) -Wl,-soname,$(SONAME) \
		-Wl,--version-script=$(MAP) -o '$@' $(SHARED_OBJ) $(ASST_DEP_LIBS) $(LIBS)

$(BUILD)/$(SONAME): $(BUILD)/$(SOFILE)
	$(Q)ln -sf $(SOFILE) '$@'

$(BUILD)/libassistant.so: $(BUILD)/$(SONAME)
	$(Q)ln -sf $(SONAME) '$@'

-include $(wildcard $(STATIC_OBJ:.o=.d) $(SHARED_OBJ:.o=.d))

# ---- pkg-config file: always made anew, since prefix may differ from the last time

# $(call under,DIR,BASE,NAME): DIR as ${NAME}/... where it lies under BASE; spaces are fine.
under = $(subst ^,,$(subst ^$(2)/,$${$(3)}/,^$(1)))
PC_AWK = '{ o = ""; s = $$0; while (match(s, /@[a-z_]+@/)) { \
	o = o substr(s, 1, RSTART - 1) ENVIRON["pc_" substr(s, RSTART + 1, RLENGTH - 2)]; \
	s = substr(s, RSTART + RLENGTH) } print o s }'
sq = '$(subst ','\'',$(1))'
write_pc = pc_prefix=$(call sq,$(prefix)) \
	pc_exec_prefix=$(call sq,$(if $(subst ^$(prefix),,^$(exec_prefix)),$(call \
		under,$(exec_prefix),$(prefix),prefix),$${prefix})) \
	pc_libdir=$(call sq,$(call under,$(libdir),$(exec_prefix),exec_prefix)) \
	pc_includedir=$(call sq,$(call under,$(includedir),$(prefix),prefix)) \
	pc_conformancedir=$(call sq,$(call under,$(conformancedir),$(prefix),prefix)) \
	pc_version='$(VERSION)' pc_sodium='$(if $(filter yes,$(SODIUM)), -lsodium)' awk $(PC_AWK) pkgconfig/libassistant.pc.in

$(PC): FORCE | $(BUILD)/flags
	@$(write_pc) >'$@.new'
	@if cmp -s '$@.new' '$@'; then rm -f '$@.new'; else mv -f '$@.new' '$@'; fi

# ---- install

.PHONY: install install-lib install-headers install-pc install-man install-conformance uninstall
install: install-lib install-headers install-pc install-man install-conformance

define do_install_lib
	$(Q)$(INSTALL) -d "$(DESTDIR)$(libdir)"
	$(Q)$(INSTALL) -m 644 $(STATIC) "$(DESTDIR)$(libdir)/"
	$(Q)$(INSTALL) -m 755 $(BUILD)/$(SOFILE) "$(DESTDIR)$(libdir)/"
	$(Q)ln -sf $(SOFILE) "$(DESTDIR)$(libdir)/$(SONAME)"
	$(Q)ln -sf $(SONAME) "$(DESTDIR)$(libdir)/libassistant.so"
endef
define do_install_headers
	$(Q)$(INSTALL) -d "$(DESTDIR)$(includedir)/assistant/sys"
	$(Q)$(INSTALL) -p -m 644 $(HEADERS) "$(DESTDIR)$(includedir)/assistant/"
	$(Q)$(INSTALL) -p -m 644 $(SYS_HEADERS) "$(DESTDIR)$(includedir)/assistant/sys/"
endef
define do_install_pc
	$(Q)$(INSTALL) -d "$(DESTDIR)$(pkgconfigdir)"
	$(Q)rm -f "$(DESTDIR)$(pkgconfigdir)/libassistant.pc"
	$(Q)$(write_pc) >"$(DESTDIR)$(pkgconfigdir)/libassistant.pc"
	$(Q)chmod 644 "$(DESTDIR)$(pkgconfigdir)/libassistant.pc"
endef
define do_install_conformance
	$(Q)$(INSTALL) -d "$(DESTDIR)$(conformancedir)"
	$(Q)for f in $(CONFORMANCE); do \
		$(INSTALL) -p -m 644 "$$f" "$(DESTDIR)$(conformancedir)/" || exit 1; done
endef

install-lib: $(STATIC) $(SHARED)
	$(do_install_lib)
install-headers:
	$(do_install_headers)
install-pc:
	$(do_install_pc)
install-conformance:
	$(do_install_conformance)

# A page that has several functions is found under each of their names.
man_aliases = sh tests/tools/man-names.sh aliases $(MAN)
install-man:
	$(Q)for f in $(MAN); do dir="$(DESTDIR)$(mandir)/man$${f##*.}"; \
		$(INSTALL) -d "$$dir" && $(INSTALL) -p -m 644 "$$f" "$$dir/" || exit 1; done
	$(Q)$(man_aliases) | while read -r page alias; do \
		ln -sf "$$page" "$(DESTDIR)$(mandir)/man$${alias##*.}/$$alias" || exit 1; done

# Takes what install put there, and directories that are empty then: below DESTDIR, or
# below prefix where that is not one that the system shares.
uninstall:
	$(Q)rm -f "$(DESTDIR)$(libdir)/libassistant.a" "$(DESTDIR)$(libdir)/$(SOFILE)" \
		"$(DESTDIR)$(libdir)/$(SONAME)" "$(DESTDIR)$(libdir)/libassistant.so" \
		"$(DESTDIR)$(pkgconfigdir)/libassistant.pc"
	$(Q)for f in $(HEADERS:include/%=%) $(SYS_HEADERS:include/%=%); do \
		rm -f "$(DESTDIR)$(includedir)/$$f"; done
	$(Q)for f in $(notdir $(CONFORMANCE)); do rm -f "$(DESTDIR)$(conformancedir)/$$f"; done
	$(Q)for f in $(notdir $(MAN)) $$($(man_aliases) | awk '{ print $$2 }'); do \
		rm -f "$(DESTDIR)$(mandir)/man$${f##*.}/$$f"; done
	$(Q)case "$(DESTDIR)|$(prefix)" in \
	"|/usr"|"|/usr/local"|"|"|"|/") stop=own ;; "|"*) stop="$(prefix)" ;; *) stop="$(DESTDIR)" ;; esac; \
	up() { d=$$1; while [ "$$d" != "$$2" ] && [ "$$d" != / ] && [ "$$d" != . ] && \
		rmdir "$$d" 2>/dev/null; do d=$$(dirname "$$d"); done; :; }; \
	rmdir "$(DESTDIR)$(includedir)/assistant/sys" "$(DESTDIR)$(includedir)/assistant" \
		"$(DESTDIR)$(conformancedir)" "$(DESTDIR)$(datadir)/libassistant" 2>/dev/null || :; \
	if [ "$$stop" != own ]; then for d in "$(pkgconfigdir)" "$(libdir)" "$(includedir)" \
		"$(mandir)/man3" "$(mandir)/man5" "$(mandir)/man7" "$(mandir)" "$(datadir)"; do \
		up "$(DESTDIR)$$d" "$$stop"; done; fi

# ---- examples

# What needs SQLite is built where it is found.
SQLITE := $(shell $(PKG_CONFIG) --libs sqlite3 2>/dev/null)
WITH_SQLITE = backend_sqlite run_sqlite
without_sqlite = $(if $(SQLITE),$1,$(filter-out $(WITH_SQLITE),$1))

EXAMPLES := $(call without_sqlite,$(patsubst examples/%.c,%,$(sort $(wildcard examples/*.c))))
EXAMPLE_BIN = $(EXAMPLES:%=$(BUILD)/examples/%)

.PHONY: examples demo
examples: $(EXAMPLE_BIN)

demo: $(BUILD)/examples/demo
	@'$(BUILD)/examples/demo'

$(BUILD)/examples/%: examples/%.c $(STATIC) $(BUILD)/flags
	@mkdir -p '$(@D)'
	$(call say,CC,$@)
	$(Q)$(CC) -Iinclude $(CPPFLAGS) -std=c99 -Wall -Wextra -Wpedantic $(ASST_HARDEN) $(ASST_EXTRA) \
		$(CFLAGS) -MMD -MP -MF '$@.d' -o '$@' '$<' $(LDFLAGS) $(STATIC) $(ASST_DEP_LIBS) \
		$(if $(filter $*,$(WITH_SQLITE)),$(SQLITE)) $(LIBS)

-include $(wildcard $(EXAMPLE_BIN:=.d))

# ---- tests: a suite writes its counts to build/results/, sums are made of those

STAGE = $(CURDIR)/$(BUILD)/stage
STAGED = $(BUILD)/stage.ok
RESULTS = $(BUILD)/results
TESTS = $(BUILD)/tests
RUN = LD_LIBRARY_PATH="$(STAGE)/lib$${LD_LIBRARY_PATH:+:$$LD_LIBRARY_PATH}" \
	RUN_PREFIX='$(RUN_PREFIX)' sh tests/tools/run.sh suite
RUN_PREFIX =
SUM = @sh tests/tools/run.sh sum
STAGE_PC = PKG_CONFIG_PATH="$(STAGE)/lib/pkgconfig$${PKG_CONFIG_PATH:+:$$PKG_CONFIG_PATH}" \
	$(PKG_CONFIG)

# What users get, installed into build/stage. Flags go through files, where pkg-config's
# escaped spaces are understood as they are.
$(STAGED): private override DESTDIR :=
$(STAGED): private override prefix := $(CURDIR)/$(BUILD)/stage
$(STAGED): private override exec_prefix = $(prefix)
$(STAGED): private override libdir = $(prefix)/lib
$(STAGED): private override includedir = $(prefix)/include
$(STAGED): private override datadir = $(prefix)/share
$(STAGED): private override pkgconfigdir = $(prefix)/lib/pkgconfig
$(STAGED): private override conformancedir = $(prefix)/share/libassistant/conformance
$(STAGED): $(STATIC) $(SHARED) $(HEADERS) $(SYS_HEADERS) $(CONFORMANCE) \
		pkgconfig/libassistant.pc.in Makefile
	$(call say,STAGE,$(BUILD)/stage)
	@rm -rf "$(STAGE)"
	$(do_install_lib)
	$(do_install_headers)
	$(do_install_pc)
	$(do_install_conformance)
	@$(STAGE_PC) --cflags libassistant >'$(BUILD)/stage.cflags'
	@$(STAGE_PC) --libs libassistant >'$(BUILD)/stage.libs'
	@$(STAGE_PC) --libs --static libassistant | \
		sed 's/-lassistant/-l:libassistant.a/' >'$(BUILD)/stage.static.libs'
	@touch '$@'

TEST_HEADERS := $(wildcard tests/*.h tests/*/*.h)
PUBLIC := $(HEADERS) $(SYS_HEADERS)

# unit: private headers, static objects
UNIT := $(patsubst tests/unit/%.c,%,$(sort $(wildcard tests/unit/test_*.c)))
UNIT_SH := $(patsubst tests/unit/%,%,$(sort $(wildcard tests/unit/test_*.sh)))
UNIT_HELPERS := $(filter-out $(UNIT),$(patsubst tests/unit/%.c,%,$(wildcard tests/unit/*.c)))
UNIT_RESULTS = $(UNIT:%=$(RESULTS)/unit/%) $(UNIT_SH:%=$(RESULTS)/unit/%)
# What a script gets as its argument; the directory of the helper programs, if not said here.
ARGS_test_json_python.sh = $(CURDIR)/$(TESTS)/unit/json_verdict

$(TESTS)/unit/%: tests/unit/%.c $(STATIC) $(BUILD)/flags
	@mkdir -p '$(@D)'
	$(call say,CC,$@)
	$(Q)$(CC) $(ASST_CPPFLAGS) -Itests $(CMOCKA_CFLAGS) $(CPPFLAGS) $(TEST_CFLAGS) $(CFLAGS) \
		-MMD -MP -MF '$@.d' -o '$@' '$<' $(LDFLAGS) $(STATIC) $(CMOCKA_LIBS) $(ASST_DEP_LIBS) $(LIBS)

-include $(wildcard $(TESTS)/unit/*.d)

$(RESULTS)/unit/%: $(TESTS)/unit/% FORCE
	@$(RUN) '$@' 'unit/$*' cmocka - "$(CURDIR)/$<"

$(RESULTS)/unit/%.sh: tests/unit/%.sh $(UNIT_HELPERS:%=$(TESTS)/unit/%) FORCE
	@$(RUN) '$@' 'unit/$*.sh' script - sh "$(CURDIR)/$<" \
		"$(or $(ARGS_$*.sh),$(CURDIR)/$(TESTS)/unit)"

# api: public headers, the staged shared library
API := $(patsubst tests/api/%.c,%,$(sort $(wildcard tests/api/test_*.c)))
API_RESULTS = $(API:%=$(RESULTS)/api/%)

$(TESTS)/api/%: tests/api/%.c $(PUBLIC) $(TEST_HEADERS) $(BUILD)/flags | $(STAGED)
	@mkdir -p '$(@D)'
	$(call say,CC,$@)
	$(Q)$(CC) @$(BUILD)/stage.cflags -Itests $(CMOCKA_CFLAGS) $(CPPFLAGS) $(TEST_CFLAGS) $(CFLAGS) \
		-o '$@' '$<' $(LDFLAGS) @$(BUILD)/stage.libs $(CMOCKA_LIBS) -lpthread $(LIBS)

$(RESULTS)/api/%: $(TESTS)/api/% FORCE | $(STAGED)
	@$(RUN) '$@' 'api/$*' cmocka - "$(CURDIR)/$<"

# oom: public headers, the staged archive, since they bring their own malloc
OOM := $(patsubst tests/oom/%.c,%,$(sort $(wildcard tests/oom/test_*.c)))
OOM_RESULTS = $(OOM:%=$(RESULTS)/oom/%)

$(TESTS)/oom/%: tests/oom/%.c $(STAGED) $(TEST_HEADERS) $(BUILD)/flags
	@mkdir -p '$(@D)'
	$(call say,CC,$@)
	$(Q)$(CC) @$(BUILD)/stage.cflags -Itests $(CMOCKA_CFLAGS) $(CPPFLAGS) $(TEST_CFLAGS) $(CFLAGS) \
		-o '$@' '$<' $(LDFLAGS) @$(BUILD)/stage.static.libs $(CMOCKA_LIBS) $(LIBS)

# Thousands of small stores, which only a disk in memory syncs fast.
IN_MEMORY = TMPDIR="$$(if [ -w /dev/shm ]; then echo /dev/shm; else echo "$${TMPDIR:-/tmp}"; fi)"

$(RESULTS)/oom/%: $(TESTS)/oom/% FORCE
	@$(IN_MEMORY) $(RUN) '$@' 'oom/$*' cmocka - "$(CURDIR)/$<"

# conformance: the suite for backends, on the reference and on the built-in ones
CONFORMANCE_SRC := $(filter-out tests/conformance/run_%,$(sort $(wildcard tests/conformance/*.c)))
CONFORMANCE_RUN := $(call without_sqlite,$(patsubst tests/conformance/%.c,%,$(sort \
	$(wildcard tests/conformance/run_*.c))))
CONFORMANCE_RESULTS = $(CONFORMANCE_RUN:%=$(RESULTS)/conformance/%) $(RESULTS)/conformance/run_file
ARGS_run_builtin = memory:

$(TESTS)/conformance/%: tests/conformance/%.c $(CONFORMANCE_SRC) $(PUBLIC) $(TEST_HEADERS) \
		$(BUILD)/flags | $(STAGED)
	@mkdir -p '$(@D)'
	$(call say,CC,$@)
	$(Q)$(CC) @$(BUILD)/stage.cflags -Itests/conformance $(CPPFLAGS) $(TEST_CFLAGS) $(CFLAGS) -o '$@' '$<' \
		$(CONFORMANCE_SRC) $(LDFLAGS) @$(BUILD)/stage.libs -lpthread \
		$(if $(filter $*,$(WITH_SQLITE)),$(SQLITE)) $(LIBS)

$(RESULTS)/conformance/run_file: $(TESTS)/conformance/run_builtin FORCE | $(STAGED)
	@$(RUN) '$@' 'conformance/run_file' counted - "$(CURDIR)/$<" file:.

$(RESULTS)/conformance/%: $(TESTS)/conformance/% FORCE | $(STAGED)
	@$(RUN) '$@' 'conformance/$*' counted - "$(CURDIR)/$<" $(ARGS_$*)

# crash: the file backend on a simulated disk, on damaged files, in killed processes
SIM_SRC := $(filter-out tests/sim/run_%,$(sort $(wildcard tests/sim/*.c)))
SIM := $(patsubst tests/sim/%.c,%,$(sort $(wildcard tests/sim/run_*.c)))
CRASH := $(patsubst tests/crash/%.c,%,$(sort $(wildcard tests/crash/*.c)))
CRASH_RESULTS = $(RESULTS)/crash/run_crash $(RESULTS)/crash/faults $(RESULTS)/crash/run_errors \
	$(RESULTS)/crash/run_service \
	$(CRASH:%=$(RESULTS)/crash/%)
# Under ThreadSanitizer a part is enough: most of it has one thread.
ARGS_run_crash = SHORT $(if $(filter thread,$(SANITIZE)),2)
ARGS_run_errors = $(if $(filter thread,$(SANITIZE)),7)
ARGS_run_service = SHORT $(if $(filter thread,$(SANITIZE)),7)
BUILD_PRIVATE = $(CC) $(ASST_CPPFLAGS) -Itests $(CPPFLAGS) $(TEST_CFLAGS) $(CFLAGS) -o

$(SIM:%=$(TESTS)/crash/%): $(TESTS)/crash/%: tests/sim/%.c $(SIM_SRC) $(TEST_HEADERS) $(STATIC) $(BUILD)/flags
	@mkdir -p '$(@D)'
	$(call say,CC,$@)
	$(Q)$(BUILD_PRIVATE) '$@' '$<' $(SIM_SRC) $(LDFLAGS) $(STATIC) $(ASST_DEP_LIBS) $(LIBS)

$(CRASH:%=$(TESTS)/crash/%): $(TESTS)/crash/%: tests/crash/%.c $(TEST_HEADERS) $(STATIC) $(BUILD)/flags
	@mkdir -p '$(@D)'
	$(call say,CC,$@)
	$(Q)$(BUILD_PRIVATE) '$@' '$<' $(LDFLAGS) $(STATIC) $(ASST_DEP_LIBS) $(LIBS)

$(RESULTS)/crash/faults: $(TESTS)/crash/run_crash FORCE
	@$(RUN) '$@' 'crash/faults' counted - "$(CURDIR)/$<" FAULTS
$(RESULTS)/crash/%: $(TESTS)/crash/% FORCE
	@$(RUN) '$@' 'crash/$*' counted - "$(CURDIR)/$<" $(ARGS_$*)

# ffi: another language, the staged shared library, no headers
FFI := $(patsubst tests/ffi/%,%,$(sort $(wildcard tests/ffi/*.py)))
# model: models written from the documents alone, in Python, against the same library
MODEL := check_access.py check_history.py check_routes.py
MODEL_RESULTS = $(MODEL:%=$(RESULTS)/model/%)
FFI_RESULTS = $(FFI:%=$(RESULTS)/ffi/%)

$(RESULTS)/ffi/%: tests/ffi/% FORCE | $(STAGED)
	@$(RUN) '$@' 'ffi/$*' script '$(PYTHON)' '$(PYTHON)' -B "$(CURDIR)/$<" \
		"$(STAGE)/lib/$(SONAME)"

$(RESULTS)/model/%: tests/model/% FORCE | $(STAGED)
	@CC='$(CC)' $(RUN) '$@' 'model/$*' counted '$(PYTHON)' '$(PYTHON)' -B "$(CURDIR)/$<" \
		"$(STAGE)/lib/$(SONAME)"

# examples: each runs and ends with status 0
EXAMPLE_RESULTS = $(EXAMPLES:%=$(RESULTS)/examples/%)

$(RESULTS)/examples/%: $(BUILD)/examples/% FORCE
	@$(RUN) '$@' 'examples/$*' script - "$(CURDIR)/$<"

# the rest: one script each, tests/tools/check-NAME.sh
CHECKS := warnings layers headers exports man install quickstart
CHECK_RESULTS = $(CHECKS:%=$(RESULTS)/%)
CHECK_ENV = CC='$(CC)' CXX='$(CXX)' NM='$(NM)' PKG_CONFIG='$(PKG_CONFIG)' \
	BUILD='$(BUILD)' STAGE="$(STAGE)" QUICKSTART='$(QUICKSTART)' WERROR='$(WERROR)' \
	VERSION='$(VERSION)'

$(RESULTS)/warnings: $(STATIC_OBJ) $(SHARED_OBJ)
$(RESULTS)/layers: $(STATIC_OBJ)
$(RESULTS)/headers $(RESULTS)/quickstart: $(STAGED)
$(RESULTS)/exports: $(STATIC) $(SHARED)
$(RESULTS)/install: $(STATIC) $(SHARED) $(PC)
$(RESULTS)/install: private CHECK_ENV += MAKE='$(MAKE)'
$(CHECK_RESULTS): FORCE | $(DEPS)
	@$(CHECK_ENV) $(RUN) '$@' '$(@F)' check - sh 'tests/tools/check-$(@F).sh'

.PHONY: check check-suites check-unit check-api check-oom check-conformance check-crash check-ffi check-model check-examples \
	$(CHECKS:%=check-%)
check-unit: $(UNIT_RESULTS)
	$(SUM) - unit $^
check-api: $(API_RESULTS)
	$(SUM) - api $^
check-oom: $(OOM_RESULTS)
	$(SUM) - oom $^
check-conformance: $(CONFORMANCE_RESULTS)
	$(SUM) - conformance $^
check-crash: $(CRASH_RESULTS)
	$(SUM) - crash $^
check-ffi: $(FFI_RESULTS)
	$(SUM) - ffi $^
check-model: $(MODEL_RESULTS)
	$(SUM) - model $^
check-examples: $(EXAMPLE_RESULTS)
	$(SUM) - examples $^
$(CHECKS:%=check-%): check-%: $(RESULTS)/%
	$(SUM) - '$*' $^

GROUPS = unit $(UNIT_RESULTS) -- api $(API_RESULTS) -- conformance $(CONFORMANCE_RESULTS) -- \
	crash $(CRASH_RESULTS) -- examples $(EXAMPLE_RESULTS)
check-suites: $(filter $(RESULTS)/%,$(GROUPS))
	$(SUM) - $(GROUPS)

ALL_GROUPS = $(GROUPS) -- oom $(OOM_RESULTS) -- ffi $(FFI_RESULTS) -- model $(MODEL_RESULTS) -- checks $(CHECK_RESULTS)
check: $(filter $(RESULTS)/%,$(ALL_GROUPS))
	$(SUM) - $(ALL_GROUPS)

# ---- longer targets: the same suites in a build of their own

.PHONY: check-asan check-tsan check-clang check-abi abi-baseline check-all coverage analyze
sub_make = $(MAKE) --no-print-directory

check-asan: | $(DEPS)
	+@export ASAN_OPTIONS=handle_segv=2:handle_sigbus=2:handle_sigfpe=2:handle_abort=2:detect_leaks=1 \
		UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1 ASST_TEST_TIMEOUT=600; \
	prefix=$$(CC='$(CC)' sh tests/tools/sanitizer.sh address,undefined) || { \
		printf 'SKIP check-asan: cannot be built or run here\n0 passed, 0 failed, 1 skipped\n'; exit 0; }; \
	$(sub_make) BUILD='$(BUILD)/asan' SANITIZE=address,undefined RUN_PREFIX="$$prefix" check-suites

check-tsan: | $(DEPS)
	+@export TSAN_OPTIONS=second_deadlock_stack=1 ASST_TEST_TIMEOUT=600; \
	prefix=$$(CC='$(CC)' sh tests/tools/sanitizer.sh thread) || { \
		printf 'SKIP check-tsan: cannot be built or run here\n0 passed, 0 failed, 1 skipped\n'; exit 0; }; \
	$(sub_make) BUILD='$(BUILD)/tsan' SANITIZE=thread RUN_PREFIX="$$prefix" check-suites

check-clang: | $(DEPS)
	+@command -v clang >/dev/null || { \
		printf 'SKIP check-clang: clang is missing\n0 passed, 0 failed, 1 skipped\n'; exit 0; }; \
	$(sub_make) BUILD='$(BUILD)/clang' CC=clang CXX=clang++ check-compiler

.PHONY: check-compiler
COMPILER_GROUPS = $(GROUPS) -- oom $(OOM_RESULTS) -- checks $(addprefix $(RESULTS)/,warnings headers exports)
check-compiler: $(filter $(RESULTS)/%,$(COMPILER_GROUPS))
	$(SUM) - $(COMPILER_GROUPS)

check-abi: $(SHARED)
	@BUILD='$(BUILD)' sh tests/tools/check-abi.sh check
abi-baseline: $(SHARED)
	@BUILD='$(BUILD)' sh tests/tools/check-abi.sh baseline

check-all: | $(DEPS)
	+@sh tests/tools/run.sh total '$(BUILD)/log' '$(sub_make)' check check-asan check-tsan check-clang \
		check-abi analyze

# The campaigns that take long: a million crash states, a thousand killed processes.
.PHONY: nightly
nightly: $(TESTS)/crash/run_crash $(TESTS)/crash/run_service $(TESTS)/crash/kill9 $(SHARED) | $(DEPS)
	'$(TESTS)/crash/run_crash' LONG
	'$(TESTS)/crash/run_service' LONG
	'$(PYTHON)' -B tests/model/check_history.py '$(BUILD)/$(SONAME)' 6700
	'$(PYTHON)' -B tests/model/check_routes.py '$(BUILD)/$(SONAME)' 5000
	CC='$(CC)' '$(PYTHON)' -B tests/model/check_access.py '$(BUILD)/$(SONAME)' LONG
	CC='$(CC)' MAKE='$(MAKE)' '$(PYTHON)' -B tests/model/check_access_faults.py .
	'$(TESTS)/crash/kill9' 1000

# Against the limits of the machine, SQLite and LMDB; BENCH= passes arguments.
.PHONY: bench
BENCH_SRC := $(sort $(wildcard tests/bench/*.c))
LMDB := $(shell $(PKG_CONFIG) --libs lmdb 2>/dev/null)
BENCH =
bench: $(BUILD)/bench
	'$(BUILD)/bench' $(BENCH)
$(BUILD)/bench: $(BENCH_SRC) $(wildcard tests/bench/*.h) $(STATIC) $(BUILD)/flags
	$(call say,CC,$@)
	$(Q)$(BUILD_PRIVATE) '$@' $(if $(SQLITE),-DBENCH_SQLITE) $(if $(LMDB),-DBENCH_LMDB) \
		$(filter-out $(if $(SQLITE),,tests/bench/sqlite.c) $(if $(LMDB),,tests/bench/lmdb.c),$(BENCH_SRC)) \
		$(LDFLAGS) $(STATIC) $(ASST_DEP_LIBS) $(SQLITE) $(LMDB) $(LIBS)

coverage: | $(DEPS)
	@rm -rf '$(BUILD)/coverage'
	+@$(sub_make) BUILD='$(BUILD)/coverage' CFLAGS='-O0 -g --coverage' check-suites
	@sh tests/tools/coverage.sh '$(BUILD)/coverage'

# What gcc's analyzer finds, and cppcheck where it is there.
ANALYZED = $(SRC:%.c=$(BUILD)/analyze/%.ok)
analyze: $(ANALYZED)
	@if command -v cppcheck >/dev/null; then \
		cppcheck --quiet --std=c11 --error-exitcode=1 --enable=warning,portability,performance \
			--inline-suppr --suppress=missingIncludeSystem -Iinclude -Ilib $(SRC); \
	else echo 'SKIP analyze: cppcheck is missing'; fi
	@echo '$(words $(ANALYZED)) passed, 0 failed'

$(BUILD)/analyze/%.ok: %.c $(BUILD)/flags $(HEADERS) $(SYS_HEADERS)
	@mkdir -p '$(@D)'
	$(call say,ANALYZE,$<)
	$(Q)$(CC) $(ASST_CPPFLAGS) $(CPPFLAGS) $(ASST_CFLAGS) $(CFLAGS) -fanalyzer $(WERROR) -c -o '$@.o' '$<'
	@rm -f '$@.o' && touch '$@'

# ---- housekeeping

.PHONY: deps dist clean
deps:
	@CC='$(CC)' PKG_CONFIG='$(PKG_CONFIG)' sh tests/tools/deps.sh

dist: | $(BUILD)/flags
	$(call say,TAR,$(BUILD)/libassistant-$(VERSION).tar.gz)
	$(Q)tar -czf '$(BUILD)/libassistant-$(VERSION).tar.gz' --exclude=__pycache__ \
		--owner=0 --group=0 --sort=name --transform='s,^,libassistant-$(VERSION)/,' \
		Makefile include lib examples tests pkgconfig man README.md COPYING \
		.ci .clang-format .editorconfig .gitignore

clean:
	$(Q)rm -rf '$(BUILD)'

define HELP
Targets:
  all             the static and the shared library, libassistant.pc (default)
  deps            install what is needed and missing
  demo            build the library and a demonstration, run it in memory
  examples        build what is in examples/
  install         -lib -headers -pc -man -conformance; DESTDIR=, prefix=, libdir=, ...
  uninstall       take all of that away again
  check           all tests but the longer ones below; -unit -api -oom -conformance -crash -ffi -model
                  -examples -warnings -layers -headers -exports -man -install -quickstart
  nightly         long campaigns: crash states, killed processes
  bench           measure, against the limits of the machine, SQLite and LMDB
  check-asan      the suites under AddressSanitizer and UndefinedBehaviorSanitizer
  check-tsan      the suites under ThreadSanitizer
  check-clang     the suites built by clang
  check-abi       compare with tests/abi/libassistant.abi (abi-baseline writes it)
  check-all       check and all of these
  coverage        lines that the suites run
  analyze         gcc -fanalyzer, cppcheck
  dist            build/libassistant-$(VERSION).tar.gz
  clean           remove build/
Settings, also in config.mak: CC CFLAGS CPPFLAGS LDFLAGS LIBS prefix DESTDIR V=1 WERROR= SODIUM=no
endef
help:
	$(info $(HELP))@:
