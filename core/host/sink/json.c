/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * By hand, because this is where the tracer spends its time: a line is the header's constant parts,
 * made once a type, and a few numbers between them. Room is reserved for the worst case before, so
 * nothing here looks at how much is left.
 */
#include "json.h"

#include "field.h"
#include "put.h"

#include <math.h>

/* Which fields a line must say something about behind its data; the last bit is the header's comm. */
struct marks {
	uint64_t bits[BPFHOST_SCHEMA_FIELDS_MAX / 64];
	bool comm;
	bool any;
};

static void mark(struct marks *marks, uint32_t field)
{
	marks->bits[field / 64] |= 1ULL << field % 64;
	marks->any = true;
}

struct line {
	struct marks truncated;
	struct marks replaced;
};

static char *put_string(char *p, const char *text, size_t size, bool *replaced)
{
	*p++ = '"';
	p = put_json(p, text, size, replaced);
	*p++ = '"';
	return p;
}

static char *put_quoted_hex(char *p, uint64_t value)
{
	*p++ = '"';
	p = put_hex(p, value);
	*p++ = '"';
	return p;
}

static char *put_quoted_bytes(char *p, const void *bytes, size_t size)
{
	*p++ = '"';
	p = put_hex_bytes(p, bytes, size);
	*p++ = '"';
	return p;
}

static char *put_chars(char *p, const struct sink_chars *chars)
{
	return put_blindly(p, chars->at, chars->size);
}

static char *put_number(char *p, const struct sink_field *field, const uint8_t *at)
{
	if (field->is_signed)
		return put_i64(p, field_int(at, field->size));
	return put_u64(p, field_uint(at, field->size));
}

static char *put_enum(char *p, const struct sink_field *field, const uint8_t *at)
{
	const struct sink_name *name = field_enum(field, field_uint(at, field->size));
	struct sink_chars json;

	if (!name)
		return put_number(p, field, at);
	json = sink_name_json(name);
	*p++ = '"';
	p = put_chars(p, &json);
	*p++ = '"';
	return p;
}

static char *put_flags(char *p, const struct sink_field *field, const uint8_t *at)
{
	uint64_t value = field_uint(at, field->size), rest = value;
	char *start = p;

	*p++ = '"';
	for (uint32_t i = 0; i < field->nnames; i++) {
		const struct sink_name *name = &field->names[i];
		struct sink_chars json = sink_name_json(name);

		if (name->value ? (rest & name->value) != name->value : value != 0)
			continue;
		if (p > start + 1)
			*p++ = '|';
		p = put_chars(p, &json);
		rest &= ~name->value;
		if (!rest)
			break;
	}
	if (p == start + 1)
		return put_number(start, field, at);
	if (rest) {
		*p++ = '|';
		p = put_hex(p, rest);
	}
	*p++ = '"';
	return p;
}

static char *put_real(char *p, const struct sink_field *field, const uint8_t *at)
{
	double value = field_float(at, field->size);

	if (!isfinite(value))
		return PUT_LITERAL(p, "null");
	return field->size == 4 ? put_float(p, (float)value) : put_double(p, value);
}

static char *put_address(char *p, const uint8_t *address, bool is_ipv4)
{
	*p++ = '"';
	p = is_ipv4 ? put_ipv4(p, address) : put_ipv6(p, address);
	*p++ = '"';
	return p;
}

static char *put_either_address(char *p, const uint8_t *address)
{
	const uint8_t *ipv4 = field_mapped_ipv4(address);

	return put_address(p, ipv4 ? ipv4 : address, ipv4);
}

static char *put_path(char *p, const struct field_sockaddr *a, bool *replaced)
{
	bool is_abstract = a->path_size && !a->path[0];

	p = PUT_LITERAL(p, ",\"path\":\"");
	if (is_abstract)
		*p++ = '@';
	p = put_json(p, a->path + is_abstract, a->path_size - is_abstract, replaced);
	*p++ = '"';
	return p;
}

static char *put_sockaddr(char *p, const struct sink_field *field, const uint8_t *at,
			  bool *replaced)
{
	struct field_sockaddr a;

	field_sockaddr(at, field->size, &a);
	if (!a.family)
		return PUT_LITERAL(p, "null");
	p = PUT_LITERAL(p, "{\"family\":");
	p = a.name ? put_string(p, a.name, strlen(a.name), replaced) : put_u64(p, a.family);
	if (a.addr) {
		p = PUT_LITERAL(p, ",\"addr\":");
		p = put_address(p, a.addr, a.addr == at + 4);
		p = PUT_LITERAL(p, ",\"port\":");
		p = put_u64(p, a.port);
	}
	if (a.path)
		p = put_path(p, &a, replaced);
	*p++ = '}';
	return p;
}

/* Kinds that hold text, which may be cut or not UTF-8. */
static char *put_text_value(char *p, const struct sink_field *field, const uint8_t *at,
			    bool *replaced)
{
	uint32_t size = field->size;

	if (field->kind == BPFHOST_STRING)
		size = field_string(at, size);
	else if (!*at)
		size = 0;
	return put_string(p, (const char *)at, size, replaced);
}

static char *put_wide(char *p, const struct sink_field *field, const uint8_t *at)
{
	switch (field->kind) {
	case BPFHOST_IPV4:
	case BPFHOST_IPV6:
		return put_address(p, at, field->kind == BPFHOST_IPV4);
	case BPFHOST_ADDRESS:
		return put_either_address(p, at);
	case BPFHOST_MAC:
		*p++ = '"';
		p = put_mac(p, at);
		*p++ = '"';
		return p;
	case BPFHOST_COUNTED:
		return put_quoted_bytes(p, at + 4, field_counted(at, field->size));
	default:
		return put_quoted_bytes(p, at, field->size);
	}
}

static char *put_value(char *p, const struct sink_field *field, const uint8_t *at, bool *replaced)
{
	switch (field->kind) {
	case BPFHOST_UINT:
	case BPFHOST_NS:
		return put_u64(p, field_uint(at, field->size));
	case BPFHOST_INT:
	case BPFHOST_ERRNO:
		return put_i64(p, field_int(at, field->size));
	case BPFHOST_HEX:
	case BPFHOST_POINTER:
		return put_quoted_hex(p, field_uint(at, field->size));
	case BPFHOST_BOOL:
		return field_uint(at, field->size) ? PUT_LITERAL(p, "true")
						   : PUT_LITERAL(p, "false");
	case BPFHOST_STRING:
	case BPFHOST_CHAR:
		return put_text_value(p, field, at, replaced);
	case BPFHOST_FLOAT:
		return put_real(p, field, at);
	case BPFHOST_SOCKADDR:
		return put_sockaddr(p, field, at, replaced);
	case BPFHOST_ENUM:
		return put_enum(p, field, at);
	case BPFHOST_FLAGS:
		return put_flags(p, field, at);
	case BPFHOST_PORT_BE:
		return put_u64(p, field_be16(at));
	default:
		return put_wide(p, field, at);
	}
}

static char *put_array(char *p, const struct sink_field *field, const uint8_t *at, bool *replaced)
{
	*p++ = '[';
	for (uint32_t i = 0; i < field->count; i++, at += field->size) {
		if (i)
			*p++ = ',';
		p = put_value(p, field, at, replaced);
	}
	*p++ = ']';
	return p;
}

static char *put_data(char *p, const struct sink_type *type, const uint8_t *record, bool cut,
		      struct line *line)
{
	uint32_t bits = field_bits(type, record);
	char *start = p;

	for (uint32_t i = 0; i < type->nfields; i++) {
		const struct sink_field *field = &type->fields[i];
		const uint8_t *at = record + field->offset;
		bool replaced = false;

		if (!field_is_present(field, bits))
			continue;
		p = put_chars(p, &field->json);
		p = field->count == 1 ? put_value(p, field, at, &replaced)
				      : put_array(p, field, at, &replaced);
		if (replaced)
			mark(&line->replaced, i);
		if (cut && field_is_cut(field, at))
			mark(&line->truncated, i);
	}
	/* The comma in front of the first name gives way to the brace. */
	if (p == start)
		*p++ = '{';
	else
		*start = '{';
	*p++ = '}';
	return p;
}

static char *put_marks(char *p, const struct sink_type *type, const struct marks *marks)
{
	bool first = !marks->comm;

	*p++ = '[';
	if (marks->comm)
		p = PUT_LITERAL(p, "\"comm\"");
	for (uint32_t i = 0; i < type->nfields; i++) {
		const struct sink_chars *key = &type->fields[i].json;

		if (!(marks->bits[i / 64] >> i % 64 & 1))
			continue;
		p = put_bytes(p, key->at + first, key->size - 1 - first);
		first = false;
	}
	*p++ = ']';
	return p;
}

static char *put_time(char *p, struct sink_clock *clock, uint64_t time_ns)
{
	const char *second;
	uint32_t ns;

	second = sink_clock_text(clock, time_ns, &ns);
	p = PUT_LITERAL(p, "{\"time\":\"");
	p = put_bytes(p, second, 19);
	*p++ = '.';
	return put_digits(p, ns, 9);
}

static char *put_new_task(char *p, const struct bpfhost_event *header, bool *replaced)
{
	p = PUT_LITERAL(p, ",\"pid\":");
	p = put_u64(p, header->pid);
	p = PUT_LITERAL(p, ",\"tid\":");
	p = put_u64(p, header->tid);
	p = PUT_LITERAL(p, ",\"uid\":");
	p = put_u64(p, header->uid);
	p = PUT_LITERAL(p, ",\"comm\":");
	return put_string(p, header->comm, strnlen(header->comm, sizeof(header->comm)), replaced);
}

_Static_assert(offsetof(struct bpfhost_event, pid) + SINK_TASK_SIZE == sizeof(struct bpfhost_event),
	       "the task is the end of the header");
_Static_assert(sizeof(",'pid':4294967295,'tid':4294967295,'uid':4294967295,'comm':''") +
			       6 * BPFHOST_COMM_LEN + PUT_SLACK <=
		       SINK_TASK_TEXT,
	       "the longest task, copied blindly");

/* Events come in runs of one task: what was written for it the last time is copied. */
static char *put_task(char *p, struct sink_task *task, const struct bpfhost_event *header,
		      struct marks *replaced)
{
	const uint8_t *key = (const uint8_t *)header + offsetof(struct bpfhost_event, pid);
	char *start = p;

	if (task->size && !memcmp(task->header, key, SINK_TASK_SIZE)) {
		p = put_blindly(p, task->text, task->size);
	} else {
		task->replaced = false;
		p = put_new_task(p, header, &task->replaced);
		memcpy(task->header, key, SINK_TASK_SIZE);
		task->size = (uint32_t)(p - start);
		memcpy(task->text, start, task->size);
	}
	replaced->comm = task->replaced;
	replaced->any |= task->replaced;
	return p;
}

static char *put_cgroup(char *p, const struct sink_cgroup *cgroup)
{
	return cgroup ? put_blindly(p, cgroup->chars, cgroup->json_size) : p;
}

static size_t json_bound(const struct sink_type *type)
{
	return type->json_bound;
}

static size_t json_event(struct sink_clock *clock, const struct sink_type *type, const void *record,
			 uint32_t record_size, char *out)
{
	struct line line = { 0 };
	struct bpfhost_event header;
	char *p = out;

	if (record_size < type->record_size)
		return 0;
	memcpy(&header, record, sizeof(header));
	p = put_time(p, clock, header.time_ns);
	p = put_chars(p, &type->json);
	p = put_u64(p, header.cpu);
	if (!(header.flags & BPFHOST_EVENT_NO_TASK)) {
		p = put_task(p, &clock->task, &header, &line.replaced);
		p = put_cgroup(p, clock->cgroup);
	}
	p = PUT_LITERAL(p, ",\"data\":");
	p = put_data(p, type, record, header.flags & BPFHOST_EVENT_TRUNCATED, &line);
	if (line.truncated.any) {
		p = PUT_LITERAL(p, ",\"truncated\":");
		p = put_marks(p, type, &line.truncated);
	}
	if (line.replaced.any) {
		p = PUT_LITERAL(p, ",\"bytes_replaced\":");
		p = put_marks(p, type, &line.replaced);
	}
	p = PUT_LITERAL(p, "}\n");
	return (size_t)(p - out);
}

static char *put_cut_string(char *p, const char *text)
{
	bool replaced;

	return put_string(p, text, strnlen(text, SINK_NAME_MAX), &replaced);
}

static size_t json_notice(struct sink_clock *clock, const struct sink_notice *notice, char *out)
{
	char *p = put_time(out, clock, notice->time_ns);

	p = notice->kind == SINK_LOST ? PUT_LITERAL(p, "Z\",\"kind\":\"lost\",\"instance\":")
				      : PUT_LITERAL(p, "Z\",\"kind\":\"restart\",\"instance\":");
	p = put_cut_string(p, notice->instance);
	p = PUT_LITERAL(p, ",\"plugin\":");
	p = put_cut_string(p, notice->plugin);
	if (notice->cpu != SINK_CPU_UNKNOWN) {
		p = PUT_LITERAL(p, ",\"cpu\":");
		p = put_u64(p, notice->cpu);
	}
	p = PUT_LITERAL(p, ",\"data\":{\"count\":");
	p = put_u64(p, notice->count);
	p = PUT_LITERAL(p, ",\"reason\":");
	p = put_cut_string(p, notice->reason);
	p = PUT_LITERAL(p, "}}\n");
	return (size_t)(p - out);
}

const struct sink_encoder json_encoder = {
	.bound = json_bound,
	.event = json_event,
	.notice = json_notice,
};
