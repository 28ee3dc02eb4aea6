/*
 * Secrets of a session, from the configuration or from a file of their own. No message
 * shows one.
 */
#ifndef SRC_CONFIG_SECRET_H
#define SRC_CONFIG_SECRET_H

#include "config_value.h"

/* Options of struct config_session; the field is one of its guard's. */
CONFIG_VALUE(config_value_secret);
/*
 * The first line of a regular file. To be called after the option above: only one of
 * them may be set.
 */
CONFIG_VALUE(config_value_secret_file);

#endif
