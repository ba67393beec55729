#include "runtime/base/runtime_options.h"

const struct option_row runtime_options[] = {
	{ .key = "runtime.stack_size",
	    .type = OPTION_SIZE,
	    .fallback = "262144",
	    .min = 65536,
	    .max = 1 << 30,
	    .help = "bytes of stack of a handler, committed as it is used" },
	{ .key = "runtime.max_calls",
	    .type = OPTION_INT,
	    .fallback = "10000",
	    .min = 1,
	    .max = 1000000,
	    .help = "calls at a time; past it HTTP answers 503 and queues "
		    "stop fetching" },
	{ .key = "runtime.stall_warning_ms",
	    .type = OPTION_INT,
	    .fallback = "200",
	    .min = 0,
	    .max = 3600000,
	    .help = "milliseconds a handler may hold the loop before it is "
		    "reported; 0 never reports" },
	{ .key = "runtime.start_timeout",
	    .type = OPTION_INT,
	    .fallback = "30",
	    .min = 1,
	    .max = 86400,
	    .help = "seconds within which a worker must be ready" },
	{ .key = "runtime.offload_threads",
	    .type = OPTION_INT,
	    .fallback = "8",
	    .min = 1,
	    .max = 1024,
	    .help = "most threads for work that blocks" },
	{ .key = NULL },
};

const struct option_row watcher_options[] = {
	{ .key = "watcher.ignored_dirs",
	    .type = OPTION_LIST,
	    .fallback = "[]",
	    .help = "folders not watched, besides __pycache__, .git, .svn, "
		    "__ignored__, __temporary__ and __tmp__" },
	{ .key = "watcher.watched_file_endings",
	    .type = OPTION_LIST,
	    .fallback = "[]",
	    .help = "endings watched, besides .so, .c, .h, .json, .yml, "
		    ".html, .py, .pyi and .phtml" },
	{ .key = NULL },
};
