/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The optimal string alignment distance (edits, and swaps of neighbours, no letter edited twice),
 * row by row over three rows of fixed size, given up as soon as a whole row is over the limit.
 */
#include <stdbool.h>
#include <string.h>

#include <bpfhost/nearest.h>

enum { LETTER = 2, LETTER_CASE = 1 };

static unsigned char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (unsigned char)(c - 'A' + 'a') : (unsigned char)c;
}

static unsigned int smaller(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

static unsigned int replace_cost(char a, char b)
{
	if (a == b)
		return 0;
	return lower(a) == lower(b) ? LETTER_CASE : LETTER;
}

static bool swapped(const char *a, const char *b)
{
	return lower(a[0]) == lower(b[-1]) && lower(a[-1]) == lower(b[0]);
}

struct rows {
	unsigned int before[BPFHOST_NEAREST_MAX + 1];
	unsigned int last[BPFHOST_NEAREST_MAX + 1];
	unsigned int now[BPFHOST_NEAREST_MAX + 1];
};

/* Fills rows->now for the letter A[I - 1]; returns the row's smallest value. */
static unsigned int fill_row(struct rows *rows, const char *a, size_t i, const char *b,
			     size_t length)
{
	unsigned int least = rows->now[0] = (unsigned int)i * LETTER;

	for (size_t j = 1; j <= length; j++) {
		unsigned int cost = rows->last[j - 1] + replace_cost(a[i - 1], b[j - 1]);

		cost = smaller(cost, rows->last[j] + LETTER);
		cost = smaller(cost, rows->now[j - 1] + LETTER);
		if (i > 1 && j > 1 && swapped(a + i - 1, b + j - 1))
			cost = smaller(cost, rows->before[j - 2] + LETTER);
		rows->now[j] = cost;
		least = smaller(least, cost);
	}
	return least;
}

unsigned int bpfhost_distance(const char *a, const char *b, unsigned int limit)
{
	size_t length_a = strnlen(a, BPFHOST_NEAREST_MAX + 1);
	size_t length_b = strnlen(b, BPFHOST_NEAREST_MAX + 1);
	size_t differ = length_a > length_b ? length_a - length_b : length_b - length_a;
	struct rows rows;

	if (length_a > BPFHOST_NEAREST_MAX || length_b > BPFHOST_NEAREST_MAX ||
	    differ * LETTER > limit)
		return limit + 1;
	for (size_t j = 0; j <= length_b; j++)
		rows.now[j] = (unsigned int)j * LETTER;
	memcpy(rows.last, rows.now, sizeof(rows.last));
	for (size_t i = 1; i <= length_a; i++) {
		memcpy(rows.before, rows.last, (length_b + 1) * sizeof(rows.last[0]));
		memcpy(rows.last, rows.now, (length_b + 1) * sizeof(rows.last[0]));
		if (fill_row(&rows, a, i, b, length_b) > limit + LETTER)
			return limit + 1;
	}
	return smaller(rows.now[length_b], limit + 1);
}

static bool same_but_case(const char *a, const char *b)
{
	while (*a && lower(*a) == lower(*b)) {
		a++;
		b++;
	}
	return lower(*a) == lower(*b);
}

/* A word in the wrong case is as near as one wrong letter in the right case. */
static unsigned int nearness(const char *word, const char *candidate, unsigned int limit)
{
	unsigned int distance = bpfhost_distance(word, candidate, limit);

	return distance && same_but_case(word, candidate) ? LETTER_CASE : distance;
}

const char *bpfhost_nearest(const char *word, const char *const *candidates, size_t count)
{
	size_t length = strnlen(word, BPFHOST_NEAREST_MAX + 1);
	unsigned int limit = length < 3 ? LETTER : smaller((unsigned int)length / 3, 3) * LETTER;
	const char *nearest = NULL;

	if (!length || length > BPFHOST_NEAREST_MAX)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		unsigned int distance;

		if (!candidates[i])
			continue;
		distance = nearness(word, candidates[i], limit);
		/* A word of which no letter is left is not near. */
		if (distance > limit || distance >= length * LETTER)
			continue;
		nearest = candidates[i];
		if (!distance)
			break;
		limit = distance - 1;
	}
	return nearest;
}
