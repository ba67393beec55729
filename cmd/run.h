/* "tomodachi run": runs services until they are stopped. */
#ifndef CMD_RUN_H
#define CMD_RUN_H

/* argv[0] is "run"; returns the code to exit with. */
int cmd_run(int argc, char **argv);

#endif
