#include "version.h"

#include <stdio.h>

int
main(void)
{
	printf("armd %s\n", ARMD_VERSION);
	return 0;
}
