/* What a start shows to people. */
#ifndef CMD_BANNER_H
#define CMD_BANNER_H

/* One line: "service" and "orders 1.2". */
struct banner {
	const char *label; /* NULL ends the table */
	const char *value; /* NULL leaves the line out */
};

/*
 * Prints the table to standard error, labels in one column, coloured on a
 * terminal (see log_has_colour()).  Prints nothing unless the log format is
 * console.
 */
void banner_print(const struct banner *lines);

#endif
