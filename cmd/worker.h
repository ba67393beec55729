/* "tomodachi worker": what a supervisor starts; not for people. */
#ifndef CMD_WORKER_H
#define CMD_WORKER_H

int cmd_worker(int argc, char **argv);

#endif
