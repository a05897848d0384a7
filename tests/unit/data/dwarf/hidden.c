/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What kinds.c only knows the name of. */
struct deeper {
	short depth;
};

struct hidden {
	long secret;
	struct deeper *deeper;
};

struct hidden *hidden_make(void);

struct hidden *hidden_make(void)
{
	static struct deeper deeper = { 3 };
	static struct hidden hidden = { 1234, &deeper };

	return &hidden;
}
