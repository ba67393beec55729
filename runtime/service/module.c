#include "runtime/service/module.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/alloc.h"
#include "runtime/base/options.h"
#include "runtime/service/chain.h"
#include "runtime/service/elf.h"
#include "runtime/service/load_error.h"
#include "runtime/service/rows.h"

#define MAX_NAME 80

/* What the first release's services hold; shorter ones never were. */
#define FIRST_SIZE (offsetof(struct tomo_service, stop) + sizeof(tomo_fn *))

struct module {
	char *name;
	void *handle; /* NULL: part of the runner */
	struct tomo_service service;
	struct rows rows;
	struct chain http_middleware, message_middleware;
	struct elf_facts facts;
};

/* What can be told from the file alone, before any of its code runs. */
static int
check_file(struct module *module, const char *path, struct error *err)
{
	const struct elf_facts *facts = &module->facts;
	const char *name = module->name;

	if (elf_check(path, name, &module->facts, err) < 0)
		return -1;
	if (!facts->has_descriptor)
		return error_set(err,
		    "%s: exports no tomo_service: define one "
		    "with TOMO_SERVICE()",
		    name);
	if (facts->defines_json)
		return error_set(err,
		    "%s: defines %s() itself, which is the "
		    "runner's: link with -ljansson, not with a copy of it",
		    name, facts->clash);
	if (facts->hides_cxx)
		return error_set(err,
		    "%s: hides a C++ runtime of its own: "
		    "link without -static-libstdc++",
		    name);
	return 0;
}

/* A path without a slash would be looked for in the library folders. */
static int
load(struct module *module, const char *path, struct error *err)
{
	const bool is_plain = strchr(path, '/') == NULL;
	char *full = xasprintf("%s%s", is_plain ? "./" : "", path);
	int rc = 0;

	module->handle = dlopen(full, RTLD_NOW | RTLD_LOCAL);
	if (module->handle == NULL)
		rc = load_error_set(err, dlerror(), full, module->name);
	free(full);
	return rc;
}

static int
check_version(const struct module *module, const struct tomo_service *theirs,
    struct error *err)
{
	const char *name = module->name;
	const uint64_t exported = module->facts.descriptor_size;

	/* The first two fields say how to read the others. */
	if (exported != 0 && exported < 2 * sizeof(uint32_t))
		return error_set(err,
		    "%s: descriptor too short (%llu bytes): "
		    "define it with TOMO_SERVICE()",
		    name, (unsigned long long)exported);
	if (theirs->abi != TOMO_ABI)
		return error_set(err,
		    "%s: built for ABI %u, this runner "
		    "speaks ABI %u: %s",
		    name, theirs->abi, TOMO_ABI,
		    theirs->abi > TOMO_ABI
			? "use a newer runner"
			: "build it again with this runner's headers");
	if (theirs->size < FIRST_SIZE)
		return error_set(err,
		    "%s: descriptor too short (%u bytes, "
		    "want %zu): define it with TOMO_SERVICE()",
		    name, theirs->size, FIRST_SIZE);
	if (exported != 0 && exported < theirs->size)
		return error_set(err,
		    "%s: descriptor says %u bytes but has "
		    "%llu: define it with TOMO_SERVICE()",
		    name, theirs->size, (unsigned long long)exported);
	if (!rows_tail_is_zero(theirs, sizeof(*theirs), theirs->size))
		return error_set(err,
		    "%s: uses something newer than this "
		    "runner (descriptor of %u bytes, known are %zu): use a "
		    "newer runner",
		    name, theirs->size, sizeof(*theirs));
	return 0;
}

/* It becomes part of log records, queue names and addresses. */
static int
check_name(const struct module *module, struct error *err)
{
	const char *name = module->service.name;

	if (name == NULL || name[0] == '\0')
		return error_set(err,
		    "%s: no name: set .name in "
		    "TOMO_SERVICE()",
		    module->name);
	for (size_t i = 0; name[i] != '\0'; i++) {
		if (i == MAX_NAME)
			return error_set(err,
			    "%s: .name is longer than %d "
			    "bytes",
			    module->name, MAX_NAME);
		if ((unsigned char)name[i] < ' ' || name[i] == 0x7f)
			return error_set(err,
			    "%s: .name has a control "
			    "character (0x%02x) at %zu",
			    module->name, (unsigned)name[i], i);
	}
	return 0;
}

static int
read_middleware(struct module *module, struct error *err)
{
	const struct {
		const char *field;
		struct chain *chain;
		const struct tomo_middleware *from;
	} lists[] = {
		{ "http_middleware", &module->http_middleware,
		    module->service.http_middleware },
		{ "message_middleware", &module->message_middleware,
		    module->service.message_middleware },
	};
	struct error why;

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		if (chain_read(lists[i].chain, lists[i].from, &why) < 0)
			return error_set(err, "%s: .%s: %s", module->name,
			    lists[i].field, why.text);
	return 0;
}

/*
 * Copies the descriptor, so that one built against an older, shorter struct
 * reads as zero in the fields it never heard of.
 */
static int
read_descriptor(
    struct module *module, const struct tomo_service *theirs, struct error *err)
{
	if (check_version(module, theirs, err) < 0)
		return -1;
	memcpy(&module->service, theirs,
	    theirs->size < sizeof(*theirs) ? theirs->size : sizeof(*theirs));
	if (check_name(module, err) < 0 || read_middleware(module, err) < 0)
		return -1;
	return rows_read(
	    &module->rows, module->service.handlers, module->name, err);
}

struct module *
module_open(const char *path, const char *name, struct error *err)
{
	struct module *module = xcalloc(1, sizeof(*module));
	const struct tomo_service *theirs;

	module->name = xstrdup(name);
	if (check_file(module, path, err) < 0 || load(module, path, err) < 0)
		goto fail;
	theirs = dlsym(module->handle, "tomo_service");
	if (theirs == NULL) {
		load_error_set(err, dlerror(), path, name);
		goto fail;
	}
	if (read_descriptor(module, theirs, err) < 0)
		goto fail;
	return module;

fail:
	module_close(module);
	return NULL;
}

struct module *
module_from(const struct tomo_service *descriptor, struct error *err)
{
	struct module *module = xcalloc(1, sizeof(*module));

	module->name = xstrdup("built-in service");
	if (read_descriptor(module, descriptor, err) == 0)
		return module;
	module_close(module);
	return NULL;
}

void
module_close(struct module *module)
{
	if (module == NULL)
		return;
	/* No dlclose(): threads, destructors and coroutines may be in there. */
	rows_clear(&module->rows);
	chain_clear(&module->http_middleware);
	chain_clear(&module->message_middleware);
	free(module->name);
	free(module);
}

int
module_crashed(const char *name, int signal_number, struct error *err)
{
	const char *abbreviation = sigabbrev_np(signal_number);

	if (abbreviation == NULL)
		return error_set(err,
		    "%s: crashed while it was loaded (signal "
		    "%d in a constructor)",
		    name, signal_number);
	return error_set(err,
	    "%s: crashed while it was loaded (SIG%s in a "
	    "constructor)",
	    name, abbreviation);
}

const struct tomo_service *
module_service(const struct module *module)
{
	return &module->service;
}

int
module_set_options(
    const struct module *module, struct options *options, struct error *err)
{
	struct error why;

	if (options_set_descriptor(options, module->service.options, &why) == 0)
		return 0;
	return error_set(err, "%s: %s", module->name, why.text);
}

size_t
module_rows(const struct module *module)
{
	return module->rows.count;
}

const void *
module_spec(const struct module *module, size_t i, const struct row_kind **kind)
{
	if (kind != NULL)
		*kind = module->rows.list[i].kind;
	return module->rows.list[i].spec;
}

const struct chain *
module_http_middleware(const struct module *module)
{
	const struct chain *chain = &module->http_middleware;

	return chain->count > 0 ? chain : NULL;
}

/* By the handle: a service's libraries are not in the global scope. */
static module_cxa_fn *
cxa_function(const struct module *module, const char *name)
{
	module_cxa_fn *function = NULL;
	void *symbol = NULL;

	if (module->handle != NULL)
		symbol = dlsym(module->handle, name);
	memcpy(&function, &symbol, sizeof(function));
	return function;
}

module_cxa_fn *
module_cxa_get_globals(const struct module *module)
{
	return cxa_function(module, "__cxa_get_globals");
}

module_cxa_fn *
module_cxa_exception_type(const struct module *module)
{
	return cxa_function(module, "__cxa_current_exception_type");
}

const char *
module_clash(const struct module *module)
{
	return module->facts.clash;
}
