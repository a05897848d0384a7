/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <string.h>

#include "loader/descriptor.h"

bool descriptor_name_valid(const char *name)
{
	size_t size = strlen(name);

	return size && size <= DESCRIPTOR_NAME_MAX &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-") == size;
}

const char *descriptor_need_name(unsigned int bit)
{
	static const char *const names[] = { "late_attach", "late_open", "write_user",
					     "override",    "signal",    "no_task_filter",
					     "netlink" };

	return bit < sizeof(names) / sizeof(names[0]) ? names[bit] : NULL;
}

const char *descriptor_type_name(uint32_t type)
{
	static const char *const names[] = { NULL,   "string", "bool",   "int",  "uint",
					     "size", "time",   "choice", "probe" };

	return type < sizeof(names) / sizeof(names[0]) ? names[type] : NULL;
}

/* In the order of <linux/capability.h>. */
const char *descriptor_capability_name(unsigned int bit)
{
	static const char *const names[] = {
		"chown",
		"dac_override",
		"dac_read_search",
		"fowner",
		"fsetid",
		"kill",
		"setgid",
		"setuid",
		"setpcap",
		"linux_immutable",
		"net_bind_service",
		"net_broadcast",
		"net_admin",
		"net_raw",
		"ipc_lock",
		"ipc_owner",
		"sys_module",
		"sys_rawio",
		"sys_chroot",
		"sys_ptrace",
		"sys_pacct",
		"sys_admin",
		"sys_boot",
		"sys_nice",
		"sys_resource",
		"sys_time",
		"sys_tty_config",
		"mknod",
		"lease",
		"audit_write",
		"audit_control",
		"setfcap",
		"mac_override",
		"mac_admin",
		"syslog",
		"wake_alarm",
		"block_suspend",
		"audit_read",
		"perfmon",
		"bpf",
		"checkpoint_restore",
	};

	return bit < sizeof(names) / sizeof(names[0]) ? names[bit] : NULL;
}
