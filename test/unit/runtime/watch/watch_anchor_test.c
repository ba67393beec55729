#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "runtime/base/alloc.h"
#include "runtime/watch/watch_anchor.h"
#include "runtime/watch/watch_notify.h"
#include "runtime/watch/watch_tree.h"
#include "test/unit/runtime/watch/watching.h"

#define ROUNDS 1000

static const struct watch_notify_events no_events;

/* The watches of the inotify instance with this descriptor. */
static size_t
count_watches(int fd)
{
	char line[500];
	size_t n = 0;

	snprintf(line, sizeof(line), "/proc/self/fdinfo/%d", fd);
	FILE *info = fopen(line, "r");
	assert_non_null(info);
	while (fgets(line, sizeof(line), info) != NULL)
		n += strncmp(line, "inotify wd:", 11) == 0;
	fclose(info);
	return n;
}

static size_t
count_needed(const struct watch_trail *trail)
{
	size_t n = 0;

	for (size_t i = 0; i < trail->n; i++) {
		bool again = trail->steps[i].wd < 0;

		for (size_t j = 0; j < i; j++)
			again |= trail->steps[j].wd == trail->steps[i].wd;
		n += !again;
	}
	return n;
}

/* Until it is ended. */
static void
switch_link(const char *one, const char *other)
{
	for (;;) {
		if (symlink(one, "t") != 0 || rename("t", "l") != 0 ||
		    symlink(other, "t") != 0 || rename("t", "l") != 0)
			_exit(1);
	}
}

/* As the watcher does. */
static void
follow(struct watch_anchor *anchor, struct watch_notify *notify)
{
	struct watch_trail old;

	assert_int_equal(watch_anchor_follow(anchor, notify, &old), 0);
	for (size_t i = 0; i < old.n; i++)
		if (old.steps[i].wd >= 0 &&
		    !watch_anchor_uses(anchor, old.steps[i].wd))
			watch_notify_remove(notify, old.steps[i].wd);
	watch_trail_clear(&old);
}

static void
keeps_no_watch_of_a_trail_that_changed_while_it_was_followed(void **state)
{
	const int fd = dup(0);
	struct watch_anchor *anchor = xcalloc(1, sizeof(*anchor));
	struct watch_notify *notify;
	struct watch_tree tree;
	struct error err;
	int status;

	(void)state;
	sh("mkdir a b; >a/f; >b/f; ln -s a l");
	char *path = xasprintf("%s/l/f", watching_tmp);
	watch_tree_init(&tree);
	anchor->node = watch_tree_add_top(&tree, path, false);
	close(fd);
	notify = watch_notify_new(watching_base, &no_events, NULL, &err);
	assert_non_null(notify);
	const pid_t pid = fork();
	if (pid == 0)
		switch_link("b", "a");
	size_t extra = 0;
	for (int i = 0; i < ROUNDS && extra == 0; i++) {
		follow(anchor, notify);
		extra = count_watches(fd) - count_needed(&anchor->trail);
	}
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(extra, 0);
	watch_notify_free(notify);
	watch_tree_remove(&tree, anchor->node);
	watch_tree_clear(&tree);
	watch_anchor_free(anchor);
	free(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    keeps_no_watch_of_a_trail_that_changed_while_it_was_followed,
		    watching_set_up, watching_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
