/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The library of chain.c, which calls back into the program. */
#include "chain.h"

int chain_library(int (*function)(int), int n)
{
	return function(n) + 1;
}
