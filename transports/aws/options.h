/* The options of AWS SNS+SQS and its endpoints. */
#ifndef TRANSPORTS_AWS_OPTIONS_H
#define TRANSPORTS_AWS_OPTIONS_H

#include "runtime/base/options.h"

extern const struct option_row aws_options[];

#endif
