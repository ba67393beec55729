/* "tomodachi options": all options, their values, where these came from. */
#ifndef CMD_OPTIONS_H
#define CMD_OPTIONS_H

/* argv[0] is "options"; returns the code to exit with. */
int cmd_options(int argc, char **argv);

#endif
