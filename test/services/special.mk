# Fixtures that need a rule of their own: broken files, other linkers' habits.

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

# A sanitizer would end it before it crashes.
$(BUILD)/test/services/crashing.so: test/services/crashing.c
	@mkdir -p $(@D)
	$(CC) -std=gnu11 $(filter-out $(SAN_FLAGS),$(SERVICE_FLAGS)) $(WARNINGS) \
	    -MMD -MP -o $@ $<

# One service of several files, in three variants.
CONFORMANCE = $(filter-out %/service_main.c %/service_errs.c %/service_mw.c, \
    $(wildcard test/services/conformance/*.c))

$(BUILD)/test/services/conformance_%.so: test/services/conformance/service_%.c \
    $(CONFORMANCE) $(wildcard test/services/conformance/*.h abi/tomodachi/*.h)
	@mkdir -p $(@D)
	@echo "CC $@"
	$(Q)$(CC) -std=gnu11 -I. $(SERVICE_FLAGS) $(WARNINGS) -o $@ $< $(CONFORMANCE) \
	    -ljansson
