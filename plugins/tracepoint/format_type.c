/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "format_type.h"

#include <string.h>

struct known_type {
	const char *name;
	struct format_type type;
};

#define INT(name, bytes, sign)                                                                     \
	{                                                                                          \
		name,                                                                              \
		{                                                                                  \
			FORMAT_TYPE_INT, bytes, sign                                               \
		}                                                                                  \
	}
#define PTR(name)                                                                                  \
	{                                                                                          \
		name,                                                                              \
		{                                                                                  \
			FORMAT_TYPE_PTR, sizeof(void *), false                                     \
		}                                                                                  \
	}

/* From include/linux/types.h, include/uapi/asm-generic/posix_types.h and their neighbours. */
static const struct known_type known_types[] = {
	{ "bool", { FORMAT_TYPE_BOOL, 1, false } },
	{ "_Bool", { FORMAT_TYPE_BOOL, 1, false } },
	INT("u8", 1, false),
	INT("__u8", 1, false),
	INT("uint8_t", 1, false),
	INT("u_char", 1, false),
	INT("s8", 1, true),
	INT("__s8", 1, true),
	INT("int8_t", 1, true),
	INT("u16", 2, false),
	INT("__u16", 2, false),
	INT("uint16_t", 2, false),
	INT("ushort", 2, false),
	INT("umode_t", 2, false),
	INT("old_uid_t", 2, false),
	INT("old_gid_t", 2, false),
	INT("sa_family_t", 2, false),
	INT("s16", 2, true),
	INT("__s16", 2, true),
	INT("int16_t", 2, true),
	INT("u32", 4, false),
	INT("__u32", 4, false),
	INT("uint32_t", 4, false),
	INT("uint", 4, false),
	INT("mode_t", 4, false),
	INT("uid_t", 4, false),
	INT("gid_t", 4, false),
	INT("qid_t", 4, false),
	INT("projid_t", 4, false),
	INT("dev_t", 4, false),
	INT("nlink_t", 4, false),
	INT("gfp_t", 4, false),
	INT("fmode_t", 4, false),
	INT("slab_flags_t", 4, false),
	INT("blk_opf_t", 4, false),
	INT("vm_fault_t", 4, false),
	INT("s32", 4, true),
	INT("__s32", 4, true),
	INT("int32_t", 4, true),
	INT("pid_t", 4, true),
	INT("clockid_t", 4, true),
	INT("timer_t", 4, true),
	INT("mqd_t", 4, true),
	INT("key_t", 4, true),
	INT("key_serial_t", 4, true),
	INT("rwf_t", 4, true),
	INT("__kernel_rwf_t", 4, true),
	INT("old_time32_t", 4, true),
	INT("u64", 8, false),
	INT("__u64", 8, false),
	INT("uint64_t", 8, false),
	INT("sector_t", 8, false),
	INT("blkcnt_t", 8, false),
	INT("phys_addr_t", sizeof(long), false),
	INT("dma_addr_t", sizeof(long), false),
	INT("s64", 8, true),
	INT("__s64", 8, true),
	INT("int64_t", 8, true),
	INT("loff_t", 8, true),
	INT("time64_t", 8, true),
	INT("ktime_t", 8, true),
	INT("ulong", sizeof(long), false),
	INT("size_t", sizeof(long), false),
	INT("uintptr_t", sizeof(long), false),
	INT("ino_t", sizeof(long), false),
	INT("pgoff_t", sizeof(long), false),
	INT("aio_context_t", sizeof(long), false),
	INT("vm_flags_t", sizeof(long), false),
	INT("ssize_t", sizeof(long), true),
	INT("off_t", sizeof(long), true),
	INT("time_t", sizeof(long), true),
	INT("clock_t", sizeof(long), true),
	PTR("cap_user_header_t"),
	PTR("cap_user_data_t"),
	PTR("fl_owner_t"),
	PTR("__sighandler_t"),
};

#undef INT
#undef PTR

/* The words of a declaration that matter, counted. */
struct type_words {
	unsigned int chars, shorts, ints, longs;
	unsigned int signeds, unsigneds;
	unsigned int consts, stars;
	bool is_aggregate, is_enum, is_pointed_const;
	struct format_span name; /* a word that is none of C's: a typedef's or a tag's name */
	unsigned int names;
};

static bool is_qualifier(struct format_span word)
{
	static const char *const qualifiers[] = {
		"volatile", "__user",   "__force",  "__rcu",    "__iomem",
		"__percpu", "__seg_gs", "__seg_fs", "restrict", "__restrict",
	};

	for (size_t i = 0; i < sizeof(qualifiers) / sizeof(qualifiers[0]); i++)
		if (format_span_is(word, qualifiers[i]))
			return true;
	return false;
}

static void count_word(struct type_words *words, struct format_span word)
{
	if (format_span_is(word, "const"))
		words->consts++;
	else if (format_span_is(word, "unsigned"))
		words->unsigneds++;
	else if (format_span_is(word, "signed"))
		words->signeds++;
	else if (format_span_is(word, "char"))
		words->chars++;
	else if (format_span_is(word, "short"))
		words->shorts++;
	else if (format_span_is(word, "int"))
		words->ints++;
	else if (format_span_is(word, "long"))
		words->longs++;
	else if (format_span_is(word, "enum"))
		words->is_enum = true;
	else if (format_span_is(word, "struct") || format_span_is(word, "union"))
		words->is_aggregate = true;
	else if (!is_qualifier(word)) {
		words->name = word;
		words->names++;
	}
}

/* False when a sign comes that no plain type has: brackets, braces, numbers. */
static bool count_words(struct type_words *words, struct format_span text)
{
	for (format_skip_space(&text); text.at < text.end; format_skip_space(&text)) {
		struct format_span word = format_eat_word(&text);

		if (word.at < word.end) {
			count_word(words, word);
		} else if (format_eat(&text, "*")) {
			if (!words->stars++)
				words->is_pointed_const = words->consts > 0;
		} else {
			return false;
		}
	}
	return true;
}

static struct format_type pointer_type(const struct type_words *words)
{
	struct format_type type = { FORMAT_TYPE_PTR, sizeof(void *), false };

	if (words->stars != 1)
		return type;
	if (words->chars == 1 && words->is_pointed_const && !words->unsigneds && !words->signeds)
		type.kind = FORMAT_TYPE_STR_PTR;
	else if (words->is_aggregate && format_span_is(words->name, "sockaddr"))
		type.kind = FORMAT_TYPE_SOCKADDR_PTR;
	return type;
}

static struct format_type c_integer_type(const struct type_words *words)
{
	struct format_type type = { FORMAT_TYPE_INT, sizeof(int), !words->unsigneds };

	if (words->chars) {
		type.size = 1;
		if (!words->unsigneds && !words->signeds)
			type = (struct format_type){ FORMAT_TYPE_CHAR, 1, (char)-1 < 0 };
	} else if (words->shorts) {
		type.size = sizeof(short);
	} else if (words->longs) {
		type.size = words->longs > 1 ? sizeof(long long) : sizeof(long);
	}
	return type;
}

static struct format_type named_type(struct format_span name)
{
	for (size_t i = 0; i < sizeof(known_types) / sizeof(known_types[0]); i++)
		if (format_span_is(name, known_types[i].name))
			return known_types[i].type;
	return (struct format_type){ FORMAT_TYPE_UNKNOWN, 0, false };
}

struct format_type format_type_of(struct format_span text)
{
	const struct format_type unknown = { FORMAT_TYPE_UNKNOWN, 0, false };
	struct type_words words = { 0 };
	bool plain = count_words(&words, text);

	if (words.is_aggregate && !words.stars)
		return (struct format_type){ FORMAT_TYPE_AGGREGATE, 0, false };
	if (!plain)
		return unknown;
	if (words.stars)
		return pointer_type(&words);
	if (words.is_enum)
		return (struct format_type){ FORMAT_TYPE_INT, sizeof(int), false };
	if (words.chars + words.shorts + words.ints + words.longs + words.signeds + words.unsigneds)
		return words.names ? unknown : c_integer_type(&words);
	return words.names == 1 ? named_type(words.name) : unknown;
}
