# vzpanel: the nginx module, the daemon and their tests.
#
#   make            build the module and the three programs
#   make up         build, and run the whole panel from run/   (make down)
#   make test       every test; also: unit fuzz test-daemon test-nginx test-chain
#                   test-browser test-import attack lint openvz
#   make install    into DESTDIR; make uninstall takes it away again
#
# CC=clang takes another compiler; SANITIZE=address,undefined builds beside
# the normal build, in build/sanitize.

SHELL       = /bin/bash
.SHELLFLAGS = -eu -o pipefail -c
.DELETE_ON_ERROR:
.SUFFIXES:

ifeq ($(origin CC),default)
CC          = gcc
endif

SANITIZE   ?=
TOP        := build
BUILD      := $(TOP)$(if $(SANITIZE),/sanitize)
NGINX      := $(BUILD)/nginx
MODULE     := $(NGINX)/ngx_http_vzpanel_module.so
OPENAPI    := $(NGINX)/vzpanel/openapi.json
DAEMON     := $(BUILD)/virtual-server
HOOK       := $(BUILD)/virtual-server-hook
UNPACK     := $(BUILD)/virtual-server-unpack
RELAY_TEST := $(BUILD)/relay_test.so
NGINX_SRC  ?= /usr/share/nginx/src
NGINX_BIN  ?= /usr/sbin/nginx

TEMPLATES  := debian-12-minimal busybox

PREFIX     ?= /usr
SYSCONFDIR ?= /etc
MODULESDIR ?= $(PREFIX)/lib/nginx/modules
SBINDIR    ?= $(PREFIX)/sbin
LIBEXECDIR ?= $(PREFIX)/lib/vzpanel
DATADIR    ?= $(PREFIX)/share/vzpanel
UNITDIR    ?= $(PREFIX)/lib/systemd/system


# what the pages ship of others: package.json names their versions
VENDOR     := html/vendor/xterm.js html/vendor/xterm-fit.js \
              html/vendor/xterm.css html/vendor/LICENSE


all: $(BUILD)/module.tested $(DAEMON) $(HOOK) $(UNPACK) $(VENDOR)

.PHONY: all module programs up down test unit fuzz test-daemon attack \
        test-nginx test-chain test-browser test-import test-vm soak \
        backup-db lint format openvz test-openvz \
        install uninstall clean distclean \
        packages-build packages-run packages-test packages-lint \
        packages-nginx packages-vm packages-openvz npm FORCE


# --- what it needs ---

packages-build packages-pages packages-run packages-test packages-lint \
packages-nginx packages-vm packages-openvz:
	@scripts/packages.sh $(@:packages-%=%)

npm: node_modules/.stamp

node_modules/.stamp: package.json package-lock.json | packages-test
	@npm ci --silent --no-audit --no-fund </dev/null
	@touch $@


# --- what the pages ship of others ---

# of the lock file's packages those alone; npm checks them by its hashes
$(TOP)/npm/.stamp: package.json package-lock.json | packages-pages
	@echo '  npm     xterm.js'
	@rm -rf $(TOP)/npm && mkdir -p $(TOP)/npm
	@cp package.json package-lock.json $(TOP)/npm
	@cd $(TOP)/npm && npm ci --omit=dev --silent --no-audit --no-fund </dev/null
	@touch $@

XTERM      := $(TOP)/npm/node_modules/@xterm

# .mjs has no type in nginx; what maps lines to sources is not shipped
html/vendor/xterm.js: $(TOP)/npm/.stamp
	@mkdir -p $(@D)
	@sed '/^\/\/# sourceMappingURL=/d' $(XTERM)/xterm/lib/xterm.mjs > $@
html/vendor/xterm-fit.js: $(TOP)/npm/.stamp
	@mkdir -p $(@D)
	@sed '/^\/\/# sourceMappingURL=/d' $(XTERM)/addon-fit/lib/addon-fit.mjs > $@
html/vendor/xterm.css: $(TOP)/npm/.stamp
	@mkdir -p $(@D)
	@cp $(XTERM)/xterm/css/xterm.css $@
html/vendor/LICENSE: $(TOP)/npm/.stamp
	@mkdir -p $(@D)
	@cp $(XTERM)/xterm/LICENSE $@


# --- the module, by nginx's own build ---

MODULE_SRC := config config.make $(wildcard *.c *.map src/wire/*.[ch] \
                src/runtime/*.[ch] src/panel/*.[ch] src/panel/*/*.[ch] \
                src/tools/*.[ch])

CC_OPT      = $$(dpkg-buildflags --get CFLAGS) -fPIC \
              $$(dpkg-buildflags --get CPPFLAGS) \
              -Wshadow -Wframe-larger-than=8192 $(SANITIZE_FLAGS)
LD_OPT      = $$(dpkg-buildflags --get LDFLAGS) -fPIC $(SANITIZE_FLAGS)

ifneq ($(SANITIZE),)
SANITIZE_FLAGS := -fsanitize=$(SANITIZE) -fno-omit-frame-pointer \
                  -U_FORTIFY_SOURCE
endif

# $(call unless_same,FILE): its input becomes the file, whose time stays where
# nothing changed; two makes at once do not take each other's
unless_same = { new=$(1).$$$$; cat > $$new; \
    cmp -s $$new $(1) && rm $$new || mv $$new $(1); }

# what a configuration depends on besides `config`; kept so that only a
# change of it configures again
$(NGINX)/.inputs: FORCE | packages-build
	@mkdir -p $(@D)
	@printf '%s\n' "$(CC) $(SANITIZE) $$($(NGINX_BIN) -v 2>&1)" \
	    $(MODULE_SRC) | $(call unless_same,$@)

$(NGINX)/Makefile: config config.make $(NGINX)/.inputs
	@echo "configuring the module for $$($(NGINX_BIN) -v 2>&1)"
	@rm -rf $(NGINX)/addon $(NGINX)/vzpanel $(NGINX)/Makefile
	@top=$$PWD; cd $(NGINX_SRC); . ./conf_flags; \
	./configure "$${NGX_CONF_FLAGS[@]}" --with-cc="$(CC)" \
	    --with-cc-opt="$(CC_OPT)" --with-ld-opt="$(LD_OPT)" \
	    --add-dynamic-module="$$top" --builddir="$$top/$(NGINX)" \
	    > "$$top/$(NGINX)/configure.log" 2>&1 \
	    || { tail -20 "$$top/$(NGINX)/configure.log" >&2; exit 1; }

$(MODULE): $(NGINX)/Makefile FORCE
	@$(MAKE) --no-print-directory -C $(NGINX_SRC) -s -f $(CURDIR)/$< modules

module: $(MODULE)

# a symbol that is missing shows only when nginx loads the module
$(BUILD)/module.tested: $(MODULE)
	@printf 'load_module %s;\nevents {}\n' $(CURDIR)/$(MODULE) \
	    > $(BUILD)/minimal.conf
	@scripts/nginx $(if $(SANITIZE),--sanitized) -q \
	    -e stderr -g 'pid /dev/null;' -t -c $(CURDIR)/$(BUILD)/minimal.conf
	@touch $@


# the relay in a module of the tests' own, for what no page asks of it yet
RELAY_PARTS := $(wildcard t/lib/relay/*.c src/runtime/fiber.c src/runtime/waitq.c \
                 src/runtime/relay*.c src/wire/*.c)

$(RELAY_TEST): $(RELAY_PARTS) $(wildcard src/runtime/relay*.h src/wire/*.h) \
               $(NGINX)/Makefile
	@echo '  cc      $@'
	@top=$$PWD; cd $(NGINX_SRC); $(CC) -shared -O2 $(CC_OPT) -W -Wall \
	    -Werror -Wno-unused-parameter -Wl,-Bsymbolic -I$$top/$(NGINX) \
	    $(addprefix -Isrc/,core event event/modules os/unix http \
	        http/modules http/v2) -I$$top/src -o $$top/$@ \
	    $(addprefix $$top/,$(RELAY_PARTS)) -lpcre2-8 -lcrypto


# --- the programs ---

CFLAGS  ?= -O2 -g
ALL_CFLAGS = -std=gnu11 -D_GNU_SOURCE -Isrc -Wall -Wextra -Wshadow -Werror -Wformat \
           -Wformat-security -fPIE -fstack-protector-strong \
           -fstack-clash-protection $(HARDEN_$(shell uname -m)) \
           $(if $(SANITIZE),$(SANITIZE_FLAGS),-D_FORTIFY_SOURCE=2) \
           $(CPPFLAGS) $(CFLAGS)
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now -Wl,-z,noexecstack \
           -Wl,--as-needed $(SANITIZE_FLAGS) $(LDFLAGS)

HARDEN_x86_64  := -fcf-protection
HARDEN_aarch64 := -mbranch-protection=standard

PARTS      := $(filter-out src/daemon/main.c src/daemon/%_main.c, \
                $(wildcard src/daemon/*.c src/daemon/*/*.c src/wire/*.c))
OBJECTS     = $(patsubst src/%.c,$(BUILD)/obj/%.o,$(1))

$(BUILD)/obj/.flags: FORCE | packages-build
	@mkdir -p $(@D)
	@printf '%s\n' '$(CC) $(ALL_CFLAGS)' | $(call unless_same,$@)

$(BUILD)/obj/%.o: src/%.c $(BUILD)/obj/.flags
	@mkdir -p $(@D)
	@echo '  cc      $<'
	@$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# an archive, so that each program takes only the parts it uses
$(BUILD)/obj/parts.a: $(call OBJECTS,$(PARTS))
	@rm -f $@
	@ar crs $@ $^

# each library is loaded at each start: a program has those it needs, and no
# other (liblxc is loaded by the one process that starts a container)
$(DAEMON): LIBS := -lpcre2-8 -lcrypto -lcrypt -ljansson
$(HOOK): LIBS := -lpcre2-8
$(UNPACK): LIBS := -larchive

$(DAEMON): $(call OBJECTS,src/daemon/main.c)
$(HOOK): $(call OBJECTS,src/daemon/hook_main.c)
$(UNPACK): $(call OBJECTS,src/daemon/unpack_main.c)

$(DAEMON) $(HOOK) $(UNPACK): $(BUILD)/obj/parts.a
	@echo '  link    $@'
	@$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $(sort $(filter %.o,$^)) \
	    $(filter %.a,$^) $(LIBS)

programs: $(DAEMON) $(HOOK) $(UNPACK)

-include $(wildcard $(BUILD)/obj/*/*.d $(BUILD)/obj/*/*/*.d)


# --- running it ---

# all that the stack runs, also for the tests
.PHONY: stack
stack: all packages-run $(TEMPLATES:%=$(TOP)/templates/%.built)

$(TOP)/templates/%.built: scripts/templates/% | packages-run
	@scripts/templates/$* $(TOP)/templates
	@touch $@

up: stack
	@scripts/up run

down:
	@scripts/stack stop run
	@echo "stopped; what it holds stays in run/"


# --- tests ---

test: all $(RELAY_TEST) packages-run packages-test packages-lint npm \
      $(TEMPLATES:%=$(TOP)/templates/%.built)
	@scripts/test-all

unit: packages-build packages-test
	@$(MAKE) --no-print-directory -k -f t/unit/Makefile CC="$(CC)" unit

fuzz: packages-build packages-test
	@$(MAKE) --no-print-directory -f t/unit/Makefile fuzz \
	    $(if $(FUZZ_SECONDS),FUZZ_SECONDS=$(FUZZ_SECONDS))

# T="120-orders.t" names files; TEST_NGINX=FOLDER has a checkout of the real Test::Nginx run them
test-nginx: stack $(RELAY_TEST) packages-test $(if $(TEST_NGINX),packages-nginx)
	@SANITIZE="$(SANITIZE)" TEST_NGINX="$(TEST_NGINX)" scripts/test-nginx $(T)

# each verb of the daemon on both drivers: real containers of lxc, and a
# stand-in for vzctl; VERBS_DRIVERS names one.  Two files at a time, which mostly
# wait; those that take longest come first.
FIRST      := $(addprefix t/daemon/,snapshot.t backup_debian.t backup.t \
              rescue.t wire.t verbs.t firewall.t vzctl.t)

test-daemon: programs packages-run packages-test $(TOP)/templates/busybox.built
	@VERBS_BUILD=$(BUILD) prove -j 2 --timer \
	    --exec 'scripts/test-file daemon' $(FIRST) \
	    $(filter-out $(FIRST),$(wildcard t/daemon/*.t t/stub/vzctl/*.t))

# a daemon for nodes of OpenVZ, and its verbs as on their kernel
openvz: packages-build packages-openvz
	@scripts/openvz $(TOP)/openvz

test-openvz: openvz packages-run packages-test $(TOP)/templates/busybox.built
	@musl-gcc -static -idirafter /usr/include -idirafter \
	    /usr/include/$$(gcc -print-multiarch) -o $(TOP)/openvz/old t/stub/vzctl/old.c
	@VERBS_THROUGH=$(CURDIR)/$(TOP)/openvz/old VERBS_DRIVERS=vzctl \
	    VERBS_BUILD=$(TOP)/openvz \
	    prove t/stub/vzctl $(addprefix t/daemon/,boot.t mark.t templates.t verbs.t)

# what a guest tries against the node and its neighbours; a daemon and a recorder
# that are killed
attack: programs packages-run packages-test \
        $(TEMPLATES:%=$(TOP)/templates/%.built)
	@VERBS_BUILD=$(BUILD) REINSTALL_ROUNDS=20 prove --timer t/attack \
	    t/daemon/reinstall.t

# the whole system on real parts: installation, orders, hardware, processes that
# are killed, a hostile guest; T="curl kill" names parts
test-chain: stack packages-test npm
	@scripts/test-chain $(T)

# T="keyboard" names files
test-browser: stack packages-test npm
	@scripts/test-browser $(T)

# an hour: workers that stand still in the middle of every kind of task, and
# processes that are killed in the middle of a reinstall, or of what snapshots,
# backups and clones do to a disk
soak: stack packages-test
	@t/soak/reinstall $(TIMES)
	@t/soak/backup_kill $(TIMES)
	@t/soak/stall $(STOPS) $(LONGEST)

# a quarter of an hour: databases that write all the time, saved and restored
# ROUNDS (20) times
backup-db: programs packages-run packages-test \
           $(TOP)/templates/debian-12-minimal.built
	@VERBS_BUILD=$(BUILD) scripts/test-apart t/soak/backup_db $(ROUNDS)

# half an hour and more: a Debian of its own, installed as the docs say, with
# reboots and power cuts; VM_AGAIN=1 takes what was installed before
test-vm: stack packages-vm
	@scripts/test-vm $(CUTS)

# a database of the thesis, on a MariaDB of its own
test-import: packages-run packages-test
	@prove --timer --exec 'scripts/test-file import' t/import/*.t

# the pages' types and bodies are held to the tables of the module
lint: module packages-lint packages-test npm
	@scripts/lint

format: packages-lint
	@scripts/lint --fix


# --- for production ---

# what an administrator has changed stays: $(call keep,FROM,TO)
keep = test -e $(2) || install -m 644 $(1) $(2)

install: all
	install -d $(addprefix $(DESTDIR),$(MODULESDIR) $(SBINDIR) $(UNITDIR) \
	    $(LIBEXECDIR)/templates $(DATADIR)/sql \
	    $(LIBEXECDIR)/backup \
	    $(addprefix $(SYSCONFDIR)/,vzpanel xinetd.d init.d cron.d apparmor.d))
	install -m 644 $(MODULE) $(DESTDIR)$(MODULESDIR)
	install -m 755 $(DAEMON) $(DESTDIR)$(SBINDIR)
	install -m 755 $(HOOK) $(UNPACK) scripts/bounce sql/migrate sql/administrator \
	    sql/import-tesis $(DESTDIR)$(LIBEXECDIR)
	install -m 644 sql/Password.pm $(DESTDIR)$(LIBEXECDIR)
	install -m 755 $(wildcard scripts/templates/*) \
	    $(DESTDIR)$(LIBEXECDIR)/templates
	install -m 644 sql/*.sql $(DESTDIR)$(DATADIR)/sql
	install -m 644 $(OPENAPI) $(DESTDIR)$(DATADIR)/openapi.json
	rm -rf $(DESTDIR)$(DATADIR)/html
	cd html && find . -type f -exec install -D -m 644 {} \
	    $(abspath $(DESTDIR)$(DATADIR))/html/{} \;
	install -m 755 backup/vzpanel-backup $(DESTDIR)$(LIBEXECDIR)/backup
	install -m 644 backup/*.pm $(DESTDIR)$(LIBEXECDIR)/backup
	ln -sfr $(DESTDIR)$(LIBEXECDIR)/backup/vzpanel-backup $(DESTDIR)$(SBINDIR)
	install -m 644 conf/vzpanel-backup.cron \
	    $(DESTDIR)$(SYSCONFDIR)/cron.d/vzpanel-backup
	install -m 600 conf/backup.conf \
	    $(DESTDIR)$(SYSCONFDIR)/vzpanel/backup.conf.example
	install -m 644 conf/vzpanel-containers.service conf/vzpanel-recorder.service \
	    conf/vzpanel-backup.service conf/vzpanel-backup.timer $(DESTDIR)$(UNITDIR)
	install -m 755 conf/vzpanel-containers.init \
	    $(DESTDIR)$(SYSCONFDIR)/init.d/vzpanel-containers
	install -m 755 conf/vzpanel-recorder.init \
	    $(DESTDIR)$(SYSCONFDIR)/init.d/vzpanel-recorder
	install -m 644 conf/apparmor \
	    $(DESTDIR)$(SYSCONFDIR)/apparmor.d/vzpanel-container
	install -m 644 conf/nginx.conf \
	    $(DESTDIR)$(SYSCONFDIR)/vzpanel/nginx.conf.example
	$(call keep,conf/virtual-server.conf,$\
	    $(DESTDIR)$(SYSCONFDIR)/vzpanel/virtual-server.conf)
	$(call keep,conf/xinetd.virtual,$(DESTDIR)$(SYSCONFDIR)/xinetd.d/virtual)
	@grep -q '^ *addresses *=' \
	    $(DESTDIR)$(SYSCONFDIR)/vzpanel/virtual-server.conf \
	    || echo "Set addresses in virtual-server.conf, or no container gets" \
	            "one: virtual-server --check says what those here have."

# all of it but the configuration, the database and the containers
uninstall:
	rm -f $(addprefix $(DESTDIR),$(MODULESDIR)/$(notdir $(MODULE)) \
	    $(SBINDIR)/virtual-server $(UNITDIR)/vzpanel-containers.service \
	    $(UNITDIR)/vzpanel-recorder.service $(SBINDIR)/vzpanel-backup \
	    $(UNITDIR)/vzpanel-backup.service $(UNITDIR)/vzpanel-backup.timer \
	    $(SYSCONFDIR)/cron.d/vzpanel-backup \
	    $(SYSCONFDIR)/init.d/vzpanel-containers \
	    $(SYSCONFDIR)/init.d/vzpanel-recorder \
	    $(SYSCONFDIR)/apparmor.d/vzpanel-container)
	rm -rf $(addprefix $(DESTDIR),$(LIBEXECDIR) $(DATADIR))

clean:
	rm -rf $(TOP)/nginx $(TOP)/obj $(TOP)/sanitize $(TOP)/unit $(TOP)/test \
	    $(TOP)/virtual-server $(TOP)/virtual-server-hook \
	    $(TOP)/virtual-server-unpack $(TOP)/npm html/vendor \
	    $(TOP)/module.tested $(TOP)/minimal.conf $(TOP)/relay_test.so

# the templates, too, which take a minute to build
distclean: clean
	rm -rf $(TOP) node_modules
