/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is expected of the programs in data/dwarf. */
#ifndef DWARF_EXPECT_H
#define DWARF_EXPECT_H

#include <stdint.h>

struct expect {
	const char *function; /* the begin of its symbol */
	const char *chain;
	const char *type;
	int64_t value;       /* with type float or double: in tenths */
	const char *text;    /* of a string or bytes: what is there */
	const char *problem; /* a part of the sentence, in the place of a value */
};

#define VALUE(function, chain, type, value)                                                        \
	{                                                                                          \
		function, chain, type, value, NULL, NULL                                           \
	}
#define TEXT(function, chain, type, text)                                                          \
	{                                                                                          \
		function, chain, type, 0, text, NULL                                               \
	}
#define ANY(function, chain, type)                                                                 \
	{                                                                                          \
		function, chain, type, INT64_MIN, NULL, NULL                                       \
	}
#define PROBLEM(function, chain, problem)                                                          \
	{                                                                                          \
		function, chain, NULL, 0, NULL, problem                                            \
	}

static const struct expect c_expects[] = {
	VALUE("integers", "a", "i8", -1),
	VALUE("integers", "b", "u8", 200),
	VALUE("integers", "c", "i16", -300),
	VALUE("integers", "d", "u16", 60000),
	VALUE("integers", "e", "i32", -70000),
	VALUE("integers", "f", "u32", 4000000000),
	VALUE("integers", "g", "i64", -5000000000),
	VALUE("integers", "h", "u64", (int64_t)9000000000000000000U),
	VALUE("integers", "i", "char", 'c'),
	VALUE("integers", "j", "bool", 1),

	VALUE("qualified", "a", "i32", 1),
	VALUE("qualified", "b", "i32", 2),
	VALUE("qualified", "c", "i32", 3),
	ANY("qualified", "d", "ptr"),
	TEXT("qualified", "e", "str", "five"),
	TEXT("qualified", "f", "str", "six"),
	ANY("qualified", "g", "ptr"),
	ANY("qualified", "h", "ptr"),

	TEXT("shapes", "a", "str", "text"),
	ANY("shapes", "b", "ptr"),
	VALUE("shapes", "c", "ptr", 0),
	VALUE("shapes", "d", "ptr", 0),
	VALUE("shapes", "e", "u32", 200),
	VALUE("shapes", "f", "i32", -1),

	PROBLEM("floats", "a", "\"a\" is in a vector register"),
	VALUE("floats", "b", "i32", 2),
	PROBLEM("floats", "c", "\"c\" is in a vector register"),
	VALUE("floats", "d", "i32", 4),
	PROBLEM("floats", "e", "\"e\" is not a number of 8, 16, 32 or 64 bits"),
	VALUE("floats", "f", "i32", 6),
	VALUE("floats", "i", "i32", 9),
	VALUE("floats", "j", "i32", 10),

	PROBLEM("many_floats", "h", "\"h\" is in a vector register"),
	VALUE("many_floats", "i", "f64", 95),
	VALUE("many_floats", "j", "i32", 10),
	VALUE("many_floats", "k", "f32", 115),

	VALUE("structs", "a", "i32", 1),
	PROBLEM("structs", "b", "\"b\" is a struct, not a plain value"),
	VALUE("structs", "b->a", "i32", 2),
	VALUE("structs", "b->b", "i32", 3),
	VALUE("structs", "c->a", "u64", 4),
	VALUE("structs", "c->b", "u64", 5),
	VALUE("structs", "d", "i32", 6),
	VALUE("structs", "e->a", "u64", 7),
	VALUE("structs", "e->b", "u64", 8),
	VALUE("structs", "f", "i32", 9),
	VALUE("structs", "g", "i32", 10),

	PROBLEM("more_structs", "a->d", "\"d\" is in a vector register"),
	VALUE("more_structs", "a->i", "i64", 2),
	PROBLEM("more_structs", "b->a", "\"a\" is in a vector register"),
	VALUE("more_structs", "c->a", "u64", 7),
	VALUE("more_structs", "c->c", "u64", 9),
	VALUE("more_structs", "d", "i32", 10),
	PROBLEM("more_structs", "e", "\"e\" is a union, not a plain value"),
	VALUE("more_structs", "e->i", "i32", 11),
	VALUE("more_structs", "f->c", "char", 'p'),
	VALUE("more_structs", "f->i", "i64", 12),
	PROBLEM("more_structs", "g->a", "\"a\" is a bit field, which cannot be read"),
	VALUE("more_structs", "g->f", "f32", 30),
	VALUE("more_structs", "h", "i32", 13),

	VALUE("odd", "b", "i32", 2),
	PROBLEM("odd", "c->d", "\"d\" is not a number"),
	PROBLEM("odd", "d", "\"d\" is an array, not a plain value"),
	PROBLEM("odd", "e", "\"e\" is of a kind of number that is not supported"),
	PROBLEM("odd", "g->text", "\"text\" is an array, not a plain value"),
	VALUE("odd", "h->n", "i32", 8),
	VALUE("odd", "h->request->id", "u64", 77),
	VALUE("odd", "i", "i32", 9),

	VALUE("wide", "a", "i32", 1),
	PROBLEM("wide", "b", "\"b\" is not a number"),
	VALUE("wide", "c", "i32", 3),
	VALUE("wide", "d", "i32", 4),

	VALUE("returns_large", "a", "i32", 1),
	VALUE("returns_large", "b", "i32", 2),
	VALUE("returns_two", "a", "i32", 3),
	VALUE("returns_two", "b", "i32", 4),
	VALUE("returns_huge", "a", "i32", 5),
	VALUE("returns_complex", "a", "i32", 7),
	VALUE("returns_level", "unused", "i32", 8),
	VALUE("returns_level", "used", "i32", 9),
	VALUE("returns_bool", "all", "ptr", INT64_MIN),
	VALUE("sum", "count", "i32", 3),

	VALUE("reassigned", "a", "i32", 1),
	VALUE("reassigned", "b", "i32", 2),
	VALUE("reassigned", "c", "i32", 3),

	ANY("handle_request", "request", "ptr"),
	VALUE("handle_request", "fd", "i32", 7),
	VALUE("handle_request", "request->id", "u64", 77),
	VALUE("handle_request", "request->fd", "i32", 12),
	PROBLEM("handle_request", "request->low", "\"low\" is a bit field, which cannot be read"),
	TEXT("handle_request", "request->path", "str", "/index"),
	VALUE("handle_request", "request->inner->x", "i32", -4),
	TEXT("handle_request", "request->inner->name", "str[16]", "inside"),
	TEXT("handle_request", "request->inner->mac", "bytes[6]", "\1\2\3\4\5\6"),
	VALUE("handle_request", "request->inner->back->id", "u64", 77),
	ANY("handle_request", "request->inner", "ptr"),
	ANY("handle_request", "request->many", "ptr"),
	VALUE("handle_request", "request->next->x", "i32", -4),
	VALUE("handle_request", "request->many->x", "i32", 31),
	VALUE("handle_request", "request->small", "i16", -9),
	VALUE("handle_request", "request->first", "i32", -9),
	VALUE("handle_request", "request->second", "i32", 10),
	VALUE("handle_request", "request->done", "bool", 1),
	VALUE("handle_request", "request->level", "i32", -1),
	VALUE("handle_request", "request->ratio", "f64", 5),
	VALUE("handle_request", "request->self->self->self->id", "u64", 77),
	VALUE("handle_request", "request->self->inner->back->self->id", "u64", 77),
	PROBLEM("handle_request", "request->self->self->self->self->id",
		"follows more than 4 pointers"),
	VALUE("handle_request", "request->hidden->secret", "i64", 1234),
	VALUE("handle_request", "request->hidden->deeper->depth", "i16", 3),
	VALUE("handle_request", "hidden->secret", "i64", 1234),
	VALUE("handle_request", "by_value->b", "u64", 2),
	PROBLEM("handle_request", "request->nowhere->x",
		"struct nowhere is declared only, so its fields are not known"),
	PROBLEM("handle_request", "request->wide", "\"wide\" is not a number"),
	PROBLEM("handle_request", "request->pth",
		"struct request has no field \"pth\"; did you mean \"path\"?"),
	PROBLEM("handle_request", "request->frist",
		"struct request has no field \"frist\"; did you mean \"first\"?"),
	PROBLEM("handle_request", "request->inner->zzz", "struct inner has no field \"zzz\""),
	PROBLEM("handle_request", "reqest->id",
		"handle_request has no parameter \"reqest\"; did you mean \"request\"?"),
	PROBLEM("handle_request", "fd->x", "\"fd\" is no struct and no pointer to one, but int"),
	PROBLEM("handle_request", "request->path->x",
		"\"path\" is no struct and no pointer to one, but const char *"),
	PROBLEM("handle_request", "request->", "struct request has no field \"\""),
	PROBLEM("handle_request", "", "handle_request has no parameter \"\""),
};

static const struct expect cpp_expects[] = {
	VALUE("_Z7classes", "a->a", "i32", 1),
	VALUE("_Z7classes", "a->b", "i32", 2),
	VALUE("_Z7classes", "b->a", "i32", 3),
	VALUE("_Z7classes", "c->a", "i32", 4),
	VALUE("_Z7classes", "d->inside->a", "i32", 5),
	VALUE("_Z7classes", "e", "i32", 6),
	VALUE("_Z7classes", "f->b", "i32", 62),
	VALUE("_Z7classes", "f->a", "i32", 61),
	VALUE("_Z7classes", "g->a", "i32", 7),
	VALUE("_Z7classes", "h->a", "i32", 8),
	VALUE("_Z7classes", "j->value", "i32", 9),
	VALUE("_Z7classes", "k", "i32", 10),

	ANY("_Z10references", "a", "ptr"),
	VALUE("_Z10references", "b->own", "i32", 44),
	VALUE("_Z10references", "b->in_base", "i32", 41),
	VALUE("_Z10references", "c->in_second", "i32", 42),
	VALUE("_Z10references", "d", "ptr", 0),
	PROBLEM("_Z10references", "e", "\"e\" is a pointer to a member"),
	PROBLEM("_Z10references", "f", "\"f\" is a pointer to a member"),
	VALUE("_Z10references", "g", "i32", 7),
	VALUE("_Z10references", "h", "i32", 8),

	VALUE("_Z10characters", "a", "u8", 'a'),
	VALUE("_Z10characters", "b", "u16", 'b'),
	VALUE("_Z10characters", "c", "u32", 'c'),
	VALUE("_Z10characters", "d", "i32", 'd'),
	VALUE("_Z10characters", "e", "i8", 'e'),
	VALUE("_Z10characters", "f", "bool", 1),

	VALUE("_Z8diamonds", "a->in_diamond", "i32", 45),
	PROBLEM("_Z8diamonds", "a->in_virtual", "\"in_virtual\" lies in a virtual base"),

	VALUE("_ZN12_GLOBAL__N_114local_function", "self->a", "i32", 90),
	VALUE("_ZN12_GLOBAL__N_114local_function", "value", "i32", 91),

	VALUE("_ZN5space6widget6method", "this->own", "i32", 44),
	VALUE("_ZN5space6widget6method", "this->in_base", "i32", 41),
	VALUE("_ZN5space6widget6method", "this->in_second", "i32", 42),
	VALUE("_ZN5space6widget6method", "this->detail->depth", "i32", 46),
	PROBLEM("_ZN5space6widget6method", "this->shared", "has no field \"shared\""),
	VALUE("_ZN5space6widget6method", "value", "i32", 11),
	VALUE("_ZN5space6widget6method", "which", "u8", 200),
	PROBLEM("_ZN5space6widget10not_method", "this", "not_method has no parameter \"this\""),
	VALUE("_ZN5space6widget10not_method", "value", "i32", 12),
	VALUE("_ZN5space6widget13returns_owner", "this->own", "i32", 44),
	VALUE("_ZN5space6widget13returns_owner", "value", "i32", 13),
	VALUE("_ZNK5space6widget7changes", "this->own", "i32", 44),
	VALUE("_ZNK5space6widget7changes", "value", "i32", 14),
};

#endif
