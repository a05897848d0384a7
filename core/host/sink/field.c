/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "field.h"

#include <sys/socket.h>

/* Numbers that the kernel keeps to itself but trace points show: include/linux/errno.h. */
static const struct {
	int number;
	const char *name;
} kernel_errors[] = {
	{ 512, "ERESTARTSYS" },
	{ 513, "ERESTARTNOINTR" },
	{ 514, "ERESTARTNOHAND" },
	{ 515, "ENOIOCTLCMD" },
	{ 516, "ERESTART_RESTARTBLOCK" },
	{ 517, "EPROBE_DEFER" },
	{ 518, "EOPENSTALE" },
	{ 519, "ENOPARAM" },
	{ 521, "EBADHANDLE" },
	{ 522, "ENOTSYNC" },
	{ 523, "EBADCOOKIE" },
	{ 524, "ENOTSUPP" },
	{ 525, "ETOOSMALL" },
	{ 526, "ESERVERFAULT" },
	{ 527, "EBADTYPE" },
	{ 528, "EJUKEBOX" },
	{ 529, "EIOCBQUEUED" },
	{ 530, "ERECALLCONFLICT" },
};

static const struct {
	int number;
	const char *name;
} families[] = {
	{ AF_UNIX, "AF_UNIX" },       { AF_INET, "AF_INET" },     { AF_INET6, "AF_INET6" },
	{ AF_NETLINK, "AF_NETLINK" }, { AF_PACKET, "AF_PACKET" }, { AF_ALG, "AF_ALG" },
	{ AF_VSOCK, "AF_VSOCK" },     { AF_XDP, "AF_XDP" },       { AF_BLUETOOTH, "AF_BLUETOOTH" },
	{ AF_CAN, "AF_CAN" },         { AF_TIPC, "AF_TIPC" },
};

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

const char *field_errno(int64_t number)
{
	if (number < 1 || number > 4095)
		return NULL;
	for (size_t i = 0; number >= 512 && i < LENGTH(kernel_errors); i++)
		if (kernel_errors[i].number == number)
			return kernel_errors[i].name;
	return strerrorname_np((int)number);
}

bool field_element_is_cut(const struct sink_field *field, const void *at)
{
	if (field->kind == BPFHOST_STRING)
		return field_string(at, field->size) == field->size;
	return field->kind == BPFHOST_COUNTED && field_uint(at, 4) > field->size - 4;
}

bool field_is_cut(const struct sink_field *field, const void *at)
{
	const uint8_t *element = at;

	if (field->kind != BPFHOST_STRING && field->kind != BPFHOST_COUNTED)
		return false;
	for (uint32_t i = 0; i < field->count; i++, element += field->size)
		if (field_element_is_cut(field, element))
			return true;
	return false;
}

const struct sink_name *field_enum(const struct sink_field *field, uint64_t value)
{
	uint32_t low = 0, high = field->nnames;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (field->names[middle].value < value)
			low = middle + 1;
		else
			high = middle;
	}
	return low < field->nnames && field->names[low].value == value ? &field->names[low] : NULL;
}

static const char *family_name(uint16_t family)
{
	for (size_t i = 0; i < LENGTH(families); i++)
		if (families[i].number == family)
			return families[i].name;
	return NULL;
}

/* The layouts are those of <netinet/in.h> and <sys/un.h>. */
void field_sockaddr(const void *at, uint32_t size, struct field_sockaddr *ret_address)
{
	const uint8_t *bytes = at;
	struct field_sockaddr a = { .family = size < 2 ? 0 : (uint16_t)field_uint(at, 2) };

	a.name = family_name(a.family);
	if (a.family == AF_INET && size >= 8)
		a.addr = bytes + 4;
	else if (a.family == AF_INET6 && size >= 24)
		a.addr = bytes + 8;
	if (a.addr)
		a.port = field_be16(bytes + 2);
	if (a.family == AF_UNIX && size > 2) {
		a.path = (const char *)bytes + 2;
		a.path_size = a.path[0]  ? field_string(a.path, size - 2)
			      : size > 3 ? 1 + field_string(a.path + 1, size - 3)
					 : 0;
		if (a.path_size == 1 && !a.path[0])
			a.path_size = 0;
	}
	*ret_address = a;
}
