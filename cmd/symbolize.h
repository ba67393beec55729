/* "tomodachi symbolize": names the frames of a worker that has crashed. */
#ifndef CMD_SYMBOLIZE_H
#define CMD_SYMBOLIZE_H

/* argv: PID LABEL COPY EXCEPTION GAP PC... */
int cmd_symbolize(int argc, char **argv);

#endif
