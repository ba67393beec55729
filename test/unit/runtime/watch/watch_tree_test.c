#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "runtime/watch/watch_tree.h"

static struct watch_tree tree;
static struct watch_node *root;

static int
set_up(void **state)
{
	(void)state;
	watch_tree_init(&tree);
	root = watch_tree_add_top(&tree, "/app", true);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	watch_tree_remove(&tree, root);
	assert_int_equal(tree.count, 0);
	watch_tree_clear(&tree);
	return 0;
}

static void
finds_what_was_added_among_many(void **state)
{
	char name[20];

	(void)state;
	for (int i = 0; i < 2000; i++) {
		snprintf(name, sizeof(name), "d%d", i);
		struct watch_node *folder = watch_tree_add(
		    &tree, root, name, true);
		watch_tree_set_wd(&tree, folder, i);
		watch_tree_add(&tree, folder, "a", false);
	}
	for (int i = 0; i < 2000; i++) {
		snprintf(name, sizeof(name), "d%d", i);
		struct watch_node *folder = watch_tree_by_wd(&tree, i);
		assert_string_equal(folder->name, name);
		assert_ptr_equal(
		    watch_tree_find(&tree, root, name, true), folder);
		assert_ptr_equal(
		    watch_tree_add(&tree, root, name, true), folder);
		assert_null(watch_tree_find(&tree, root, name, false));
	}
	assert_int_equal(tree.count, 4001);
}

static void
tells_the_path_of_a_node(void **state)
{
	struct watch_node *all = watch_tree_add_top(&tree, "/", true);
	struct watch_node *folder = watch_tree_add(&tree, root, "b", true);
	char *path = watch_node_path(
	    watch_tree_add(&tree, folder, "c.so", false));

	(void)state;
	assert_string_equal(path, "/app/b/c.so");
	free(path);
	path = watch_node_path(watch_tree_add(&tree, all, "etc", true));
	assert_string_equal(path, "/etc");
	free(path);
	watch_tree_remove(&tree, all);
}

static void
finds_the_folder_of_a_path(void **state)
{
	struct watch_node *folder = watch_tree_add(&tree, root, "b", true);
	const char *name;

	(void)state;
	assert_ptr_equal(
	    watch_tree_folder_of(&tree, root, "/app/a.so", &name), root);
	assert_string_equal(name, "a.so");
	assert_ptr_equal(
	    watch_tree_folder_of(&tree, root, "/app/b/a.so", &name), folder);
	assert_string_equal(name, "a.so");
	assert_null(watch_tree_folder_of(&tree, root, "/app/c/a.so", &name));
	assert_null(watch_tree_folder_of(&tree, root, "/apple/a", &name));
	assert_null(watch_tree_folder_of(&tree, root, "/a", &name));
}

static void
takes_no_more_than_its_bounds(void **state)
{
	struct watch_node *folder = root;
	unsigned depth = 0;

	(void)state;
	while ((folder = watch_tree_add(&tree, folder, "d", true)) != NULL)
		depth++;
	assert_int_equal(depth, WATCH_TREE_DEPTH);
	tree.max = tree.count + 1;
	assert_non_null(watch_tree_add(&tree, root, "a", false));
	assert_null(watch_tree_add(&tree, root, "b", false));
	assert_non_null(watch_tree_add(&tree, root, "a", false));
}

static void
gives_a_renamed_folder_the_watch_of_the_old_one(void **state)
{
	struct watch_node *old = watch_tree_add(&tree, root, "a", true);
	struct watch_node *new = watch_tree_add(&tree, root, "b", true);

	(void)state;
	watch_tree_set_wd(&tree, old, 7);
	watch_tree_set_wd(&tree, new, 7);
	assert_int_equal(old->wd, -1);
	assert_ptr_equal(watch_tree_by_wd(&tree, 7), new);
	watch_tree_remove(&tree, old);
	assert_ptr_equal(watch_tree_by_wd(&tree, 7), new);
	watch_tree_set_wd(&tree, new, -1);
	assert_null(watch_tree_by_wd(&tree, 7));
}

static void
prunes_only_what_nothing_keeps(void **state)
{
	struct watch_node *a = watch_tree_add(&tree, root, "a", true);
	struct watch_node *b = watch_tree_add(&tree, a, "b", true);
	struct watch_node *file = watch_tree_add(&tree, b, "f", false);
	struct watch_queue queue = TAILQ_HEAD_INITIALIZER(queue);

	(void)state;
	a->gone = b->gone = true;
	watch_node_queue(file, &queue);
	watch_tree_prune(&tree, file);
	watch_tree_prune(&tree, b);
	assert_int_equal(tree.count, 4);
	watch_node_queue(file, NULL);
	assert_true(TAILQ_EMPTY(&queue));
	b->busy = true;
	watch_tree_prune(&tree, file);
	assert_int_equal(tree.count, 3);
	b->busy = false;
	watch_tree_prune(&tree, b);
	assert_int_equal(tree.count, 1);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(finds_what_was_added_among_many),
		TEST(tells_the_path_of_a_node),
		TEST(finds_the_folder_of_a_path),
		TEST(takes_no_more_than_its_bounds),
		TEST(gives_a_renamed_folder_the_watch_of_the_old_one),
		TEST(prunes_only_what_nothing_keeps),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
