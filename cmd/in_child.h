/*
 * Commands that map a service file do so in a process of their own: what its
 * constructors do there, crash or exit, is reported and harms nobody.
 */
#ifndef CMD_IN_CHILD_H
#define CMD_IN_CHILD_H

/* The flag that the child is started with; usage does not show it. */
#define IN_CHILD_FLAG "--in-child"

/*
 * Runs this command again, argv[0] to argv[argc - 1], in a child with that flag,
 * and waits for it.  service is the file that error lines name.  Returns the
 * code to exit with.
 */
int in_child(int argc, char **argv, const char *service);

#endif
