/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "text.h"

#include "field.h"
#include "put.h"

#include <math.h>

#define COMM_COLUMN 24

static const char dim[] = "\033[2m";
static const char bold[] = "\033[1m";
static const char alarm[] = "\033[1;31m";
static const char plain[] = "\033[0m";

static char *put_color(char *p, bool color, const char *code)
{
	return color ? put_bytes(p, code, strlen(code)) : p;
}

static char *put_chars(char *p, const struct sink_chars *chars)
{
	return put_bytes(p, chars->at, chars->size);
}

static char *put_padding(char *p, const char *start, ptrdiff_t column)
{
	while (p - start < column)
		*p++ = ' ';
	return p;
}

/* In quotes only where a person would miss them; three dots show that there was more. */
static char *put_string(char *p, const char *text, size_t size, bool cut)
{
	bool special = !size;
	char *end;

	*p = '"';
	end = put_plain(p + 1, text, size, &special);
	if (special) {
		*end++ = '"';
	} else {
		memmove(p, p + 1, (size_t)(end - p - 1));
		end--;
	}
	return cut ? PUT_LITERAL(end, "...") : end;
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
	struct sink_chars text;

	if (!name)
		return put_number(p, field, at);
	text = sink_name_text(name);
	return put_chars(p, &text);
}

static char *put_flags(char *p, const struct sink_field *field, const uint8_t *at)
{
	uint64_t value = field_uint(at, field->size), rest = value;
	char *start = p;

	for (uint32_t i = 0; i < field->nnames && (rest || !value); i++) {
		const struct sink_name *name = &field->names[i];
		struct sink_chars text = sink_name_text(name);

		if (name->value ? (rest & name->value) != name->value : value != 0)
			continue;
		if (p > start)
			*p++ = '|';
		p = put_chars(p, &text);
		rest &= ~name->value;
		if (!value)
			break;
	}
	if (p > start && !rest)
		return p;
	if (p > start)
		*p++ = '|';
	return put_hex(p, rest);
}

static char *put_errno(char *p, int64_t number)
{
	const char *name = number < 0 && number > -4096 ? field_errno(-number) : NULL;

	return name ? put_bytes(p, name, strlen(name)) : put_i64(p, number);
}

/* Three digits behind the point of the largest unit that gives at least one in front of it. */
static char *put_ns(char *p, uint64_t ns)
{
	static const struct {
		uint64_t unit;
		const char *name;
	} units[] = { { 1000000000, "s" }, { 1000000, "ms" }, { 1000, "us" } };

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (ns < units[i].unit)
			continue;
		p = put_u64(p, ns / units[i].unit);
		*p++ = '.';
		p = put_digits(p, (uint32_t)(ns % units[i].unit / (units[i].unit / 1000)), 3);
		return put_bytes(p, units[i].name, strlen(units[i].name));
	}
	p = put_u64(p, ns);
	return PUT_LITERAL(p, "ns");
}

static char *put_real(char *p, const struct sink_field *field, const uint8_t *at)
{
	double value = field_float(at, field->size);

	if (isnan(value))
		return PUT_LITERAL(p, "nan");
	if (isinf(value))
		return value > 0 ? PUT_LITERAL(p, "inf") : PUT_LITERAL(p, "-inf");
	return field->size == 4 ? put_float(p, (float)value) : put_double(p, value);
}

static char *put_path(char *p, const struct field_sockaddr *a)
{
	bool is_abstract = a->path_size && !a->path[0];

	p = PUT_LITERAL(p, "unix:");
	if (is_abstract)
		*p++ = '@';
	return put_string(p, a->path + is_abstract, a->path_size - is_abstract, false);
}

static char *put_sockaddr(char *p, const struct sink_field *field, const uint8_t *at)
{
	struct field_sockaddr a;

	field_sockaddr(at, field->size, &a);
	if (!a.family)
		return PUT_LITERAL(p, "none");
	if (a.path)
		return put_path(p, &a);
	if (!a.addr) {
		p = PUT_LITERAL(p, "family:");
		return a.name ? put_bytes(p, a.name, strlen(a.name)) : put_u64(p, a.family);
	}
	if (a.addr == at + 4) {
		p = put_ipv4(p, a.addr);
	} else {
		*p++ = '[';
		p = put_ipv6(p, a.addr);
		*p++ = ']';
	}
	*p++ = ':';
	return put_u64(p, a.port);
}

static char *put_wide(char *p, const struct sink_field *field, const uint8_t *at)
{
	switch (field->kind) {
	case BPFHOST_IPV4:
		return put_ipv4(p, at);
	case BPFHOST_IPV6:
		return put_ipv6(p, at);
	case BPFHOST_ADDRESS:
		return field_mapped_ipv4(at) ? put_ipv4(p, field_mapped_ipv4(at)) : put_ipv6(p, at);
	case BPFHOST_MAC:
		return put_mac(p, at);
	case BPFHOST_COUNTED:
		p = put_hex_bytes(p, at + 4, field_counted(at, field->size));
		return field_element_is_cut(field, at) ? PUT_LITERAL(p, "...") : p;
	default:
		return put_hex_bytes(p, at, field->size);
	}
}

static char *put_text_value(char *p, const struct sink_field *field, const uint8_t *at, bool cut)
{
	uint32_t size = field->size;

	if (field->kind == BPFHOST_CHAR)
		return put_string(p, (const char *)at, *at ? 1 : 0, false);
	size = field_string(at, size);
	return put_string(p, (const char *)at, size, cut && size == field->size);
}

static char *put_value(char *p, const struct sink_field *field, const uint8_t *at, bool cut)
{
	switch (field->kind) {
	case BPFHOST_UINT:
		return put_u64(p, field_uint(at, field->size));
	case BPFHOST_NS:
		return put_ns(p, field_uint(at, field->size));
	case BPFHOST_INT:
		return put_i64(p, field_int(at, field->size));
	case BPFHOST_ERRNO:
		return put_errno(p, field_int(at, field->size));
	case BPFHOST_HEX:
	case BPFHOST_POINTER:
		return put_hex(p, field_uint(at, field->size));
	case BPFHOST_BOOL:
		return field_uint(at, field->size) ? PUT_LITERAL(p, "true")
						   : PUT_LITERAL(p, "false");
	case BPFHOST_STRING:
	case BPFHOST_CHAR:
		return put_text_value(p, field, at, cut);
	case BPFHOST_FLOAT:
		return put_real(p, field, at);
	case BPFHOST_SOCKADDR:
		return put_sockaddr(p, field, at);
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

static char *put_field(char *p, const struct sink_field *field, const uint8_t *at, bool cut)
{
	if (field->count == 1)
		return put_value(p, field, at, cut);
	*p++ = '[';
	for (uint32_t i = 0; i < field->count; i++, at += field->size) {
		if (i)
			*p++ = ',';
		p = put_value(p, field, at, cut);
	}
	*p++ = ']';
	return p;
}

static char *put_time(char *p, struct sink_clock *clock, uint64_t time_ns)
{
	const char *second;
	uint32_t ns;

	second = sink_clock_text(clock, time_ns, &ns);
	p = put_bytes(p, second + 11, 8);
	*p++ = '.';
	p = put_digits(p, ns / 1000, 6);
	*p++ = ' ';
	return p;
}

static char *put_task(char *p, const struct bpfhost_event *header, const struct sink_cgroup *cgroup)
{
	char *start = p;
	bool special;

	if (!(header->flags & BPFHOST_EVENT_NO_TASK)) {
		p = put_plain(p, header->comm, strnlen(header->comm, sizeof(header->comm)),
			      &special);
		*p++ = '[';
		p = put_u64(p, header->pid);
		*p++ = ']';
		if (cgroup)
			p = put_bytes(p, cgroup->chars + cgroup->json_size, cgroup->text_size);
	}
	return put_padding(p, start, COMM_COLUMN);
}

static size_t put_event(struct sink_clock *clock, const struct sink_type *type,
			const uint8_t *record, uint32_t record_size, char *out, bool color)
{
	uint32_t bits;
	struct bpfhost_event header;
	char *p = out;

	if (record_size < type->record_size)
		return 0;
	bits = field_bits(type, record);
	memcpy(&header, record, sizeof(header));
	p = put_color(p, color, dim);
	p = put_time(p, clock, header.time_ns);
	p = put_color(p, color, plain);
	p = put_color(p, color, bold);
	p = put_chars(p, &type->text);
	p = put_color(p, color, plain);
	*p++ = ' ';
	p = put_task(p, &header, clock->cgroup);
	for (uint32_t i = 0; i < type->nfields; i++) {
		const struct sink_field *field = &type->fields[i];

		if (!field_is_present(field, bits))
			continue;
		*p++ = ' ';
		p = put_color(p, color, dim);
		p = put_chars(p, &field->text);
		p = put_color(p, color, plain);
		p = put_field(p, field, record + field->offset,
			      header.flags & BPFHOST_EVENT_TRUNCATED);
	}
	while (p[-1] == ' ')
		p--;
	*p++ = '\n';
	return (size_t)(p - out);
}

static char *put_cut_plain(char *p, const char *text)
{
	bool special;

	return put_plain(p, text, strnlen(text, SINK_NAME_MAX), &special);
}

static size_t put_notice(struct sink_clock *clock, const struct sink_notice *notice, char *out,
			 bool color)
{
	char *p = put_color(out, color, alarm);

	p = put_time(p, clock, notice->time_ns);
	p = PUT_LITERAL(p, "-- ");
	if (notice->kind == SINK_LOST) {
		p = put_u64(p, notice->count);
		p = notice->count == 1 ? PUT_LITERAL(p, " event lost here (")
				       : PUT_LITERAL(p, " events lost here (");
	} else {
		p = PUT_LITERAL(p, "started again (");
	}
	p = put_cut_plain(p, notice->reason);
	p = PUT_LITERAL(p, ") ");
	p = put_cut_plain(p, notice->instance);
	if (notice->cpu != SINK_CPU_UNKNOWN) {
		p = PUT_LITERAL(p, " cpu ");
		p = put_u64(p, notice->cpu);
	}
	p = put_color(p, color, plain);
	*p++ = '\n';
	return (size_t)(p - out);
}

static size_t text_bound(const struct sink_type *type)
{
	return type->text_bound;
}

static size_t text_event(struct sink_clock *clock, const struct sink_type *type, const void *record,
			 uint32_t record_size, char *out)
{
	return put_event(clock, type, record, record_size, out, false);
}

static size_t text_color_event(struct sink_clock *clock, const struct sink_type *type,
			       const void *record, uint32_t record_size, char *out)
{
	return put_event(clock, type, record, record_size, out, true);
}

static size_t text_notice(struct sink_clock *clock, const struct sink_notice *notice, char *out)
{
	return put_notice(clock, notice, out, false);
}

static size_t text_color_notice(struct sink_clock *clock, const struct sink_notice *notice,
				char *out)
{
	return put_notice(clock, notice, out, true);
}

const struct sink_encoder text_encoder = {
	.bound = text_bound,
	.event = text_event,
	.notice = text_notice,
};

const struct sink_encoder text_color_encoder = {
	.bound = text_bound,
	.event = text_color_event,
	.notice = text_color_notice,
};
