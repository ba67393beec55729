/* "tomodachi check": loads a service, validates it, prints its rows. */
#ifndef CMD_CHECK_H
#define CMD_CHECK_H

/* argv[0] is "check"; returns the code to exit with. */
int cmd_check(int argc, char **argv);

#endif
