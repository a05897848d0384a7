/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * People leave template arguments out. What stands between angle brackets goes, but for operators
 * that are written with them, and for a name that begins with one, as "<T as Trait>::method" of Rust
 * does. Brackets in parentheses may be comparisons; there only parentheses count.
 */
#include "names_internal.h"

#include <ctype.h>
#include <string.h>

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* Behind the bracket or parenthesis that closes the one at at; NULL where none does. */
static const char *find_close(const char *at)
{
	size_t brackets = 0, parentheses = 0;

	do {
		if (*at == '(')
			parentheses++;
		else if (*at == ')' && parentheses)
			parentheses--;
		else if (!parentheses && *at == '<')
			brackets++;
		else if (!parentheses && *at == '>' && at[-1] != '-' && brackets)
			brackets--;
		at++;
	} while (*at && (brackets || parentheses));
	return brackets || parentheses ? NULL : at;
}

/* How many bytes "operator" and its sign take, 0 when it is not there. */
static size_t operator_length(const char *name, const char *at)
{
	static const char *const signs[] = { "<=>", "<<=", ">>=", "->*", "<<", ">>", "<=",
					     ">=",  "->",  "()",  "[]",  "<",  ">" };
	const size_t length = strlen("operator");

	if (strncmp(at, "operator", length) || (at > name && is_word(at[-1])) ||
	    is_word(at[length]))
		return 0;
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		if (!strncmp(at + length, signs[i], strlen(signs[i])))
			return length + strlen(signs[i]);
	}
	return length;
}

/* How many bytes from at on are to be kept as they are. */
static size_t kept_length(const char *name, const char *at)
{
	size_t length = operator_length(name, at);
	const char *close = NULL;

	if (length)
		return length;
	if (*at == '(' || (*at == '<' && at == name))
		close = find_close(at);
	return close ? (size_t)(close - at) : 1;
}

void names_make_bare(char *name)
{
	const char *at = name;
	char *out = name;

	while (*at) {
		const char *next = NULL;
		size_t length;

		if (*at == '<' && at > name)
			next = find_close(at);
		else if (!strncmp(at, "[abi:", 5) && strchr(at, ']'))
			next = strchr(at, ']') + 1;
		if (next) {
			/* Rust writes "f::<T>". */
			if (*at == '<' && out - name > 2 && out[-1] == ':' && out[-2] == ':')
				out -= 2;
			at = next;
			continue;
		}
		length = kept_length(name, at);
		memmove(out, at, length);
		out += length;
		at += length;
	}
	*out = '\0';
}
