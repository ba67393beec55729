/* What answers while a crashed service waits for a change. */
#ifndef CMD_STAND_IN_H
#define CMD_STAND_IN_H

#include <tomodachi/abi.h>

/* Its name is a placeholder; its state is the text that it answers. */
extern const struct tomo_service stand_in_service;

#endif
