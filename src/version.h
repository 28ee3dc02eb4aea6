#ifndef VERSION_H
#define VERSION_H

#define ARMD_VERSION "0.1.0"

#endif
