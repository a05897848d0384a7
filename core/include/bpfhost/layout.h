/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The layout of ABI 1.0, compiled into every plugin and every host: what stands here never changes within
 * major version 1. A new member gets a line at the end of its struct's; a struct whose size is fixed gets
 * none.
 */
#ifndef BPFHOST_LAYOUT_H
#define BPFHOST_LAYOUT_H

#include <bpfhost/plugin.h>
#include <bpfhost/schema.h>

#ifndef __cplusplus

#define BPFHOST_LAYOUT_AT(type, member, offset)                                                    \
	_Static_assert(offsetof(struct bpfhost_##type, member) == (offset), "ABI 1.0")
#define BPFHOST_LAYOUT_SIZE(type, size)                                                            \
	_Static_assert(sizeof(struct bpfhost_##type) == (size), "ABI 1.0")
#define BPFHOST_LAYOUT_LEAST(type, least)                                                          \
	_Static_assert(sizeof(struct bpfhost_##type) >= (least), "ABI 1.0")

BPFHOST_LAYOUT_AT(note, namesz, 0);
BPFHOST_LAYOUT_AT(note, descsz, 4);
BPFHOST_LAYOUT_AT(note, type, 8);
BPFHOST_LAYOUT_AT(note, name, 12);
BPFHOST_LAYOUT_AT(note, abi, 20);
BPFHOST_LAYOUT_SIZE(note, 24);

BPFHOST_LAYOUT_AT(ring_fds, size, 0);
BPFHOST_LAYOUT_AT(ring_fds, ring, 4);
BPFHOST_LAYOUT_AT(ring_fds, counters, 8);
BPFHOST_LAYOUT_AT(ring_fds, reader, 12);
BPFHOST_LAYOUT_AT(ring_fds, ncpus, 16);
BPFHOST_LAYOUT_AT(ring_fds, ring_size, 20);
BPFHOST_LAYOUT_LEAST(ring_fds, 24);

BPFHOST_LAYOUT_AT(event, time_ns, 0);
BPFHOST_LAYOUT_AT(event, lost, 8);
BPFHOST_LAYOUT_AT(event, cgroup, 16);
BPFHOST_LAYOUT_AT(event, type, 24);
BPFHOST_LAYOUT_AT(event, cpu, 28);
BPFHOST_LAYOUT_AT(event, flags, 30);
BPFHOST_LAYOUT_AT(event, pid, 32);
BPFHOST_LAYOUT_AT(event, tid, 36);
BPFHOST_LAYOUT_AT(event, uid, 40);
BPFHOST_LAYOUT_AT(event, reserved, 44);
BPFHOST_LAYOUT_AT(event, comm, 48);
BPFHOST_LAYOUT_SIZE(event, 64);

BPFHOST_LAYOUT_AT(counters, produced, 0);
BPFHOST_LAYOUT_AT(counters, lost, 8);
BPFHOST_LAYOUT_AT(counters, log_produced, 16);
BPFHOST_LAYOUT_AT(counters, log_lost, 24);
BPFHOST_LAYOUT_AT(counters, reserved, 32);
BPFHOST_LAYOUT_SIZE(counters, 64);

BPFHOST_LAYOUT_AT(reader, sleeping, 0);
BPFHOST_LAYOUT_AT(reader, stopped, 4);
BPFHOST_LAYOUT_AT(reader, reserved, 8);
BPFHOST_LAYOUT_SIZE(reader, 64);

BPFHOST_LAYOUT_AT(filter_values, npids, 0);
BPFHOST_LAYOUT_AT(filter_values, ncomms, 4);
BPFHOST_LAYOUT_AT(filter_values, nuids, 8);
BPFHOST_LAYOUT_AT(filter_values, ncgroups, 12);
BPFHOST_LAYOUT_AT(filter_values, pids, 16);
BPFHOST_LAYOUT_AT(filter_values, uids, 272);
BPFHOST_LAYOUT_AT(filter_values, cgroups, 528);
BPFHOST_LAYOUT_AT(filter_values, cgroup_levels, 656);
BPFHOST_LAYOUT_AT(filter_values, comms, 720);
BPFHOST_LAYOUT_SIZE(filter_values, 976);

BPFHOST_LAYOUT_AT(schema, size, 0);
BPFHOST_LAYOUT_AT(schema, type, 4);
BPFHOST_LAYOUT_AT(schema, record_size, 8);
BPFHOST_LAYOUT_AT(schema, name, 12);
BPFHOST_LAYOUT_AT(schema, nfields, 16);
BPFHOST_LAYOUT_AT(schema, nnames, 20);
BPFHOST_LAYOUT_AT(schema, strings_size, 24);
BPFHOST_LAYOUT_AT(schema, present, 28);
BPFHOST_LAYOUT_SIZE(schema, 32);

BPFHOST_LAYOUT_AT(schema_field, name, 0);
BPFHOST_LAYOUT_AT(schema_field, offset, 4);
BPFHOST_LAYOUT_AT(schema_field, size, 8);
BPFHOST_LAYOUT_AT(schema_field, count, 12);
BPFHOST_LAYOUT_AT(schema_field, kind, 16);
BPFHOST_LAYOUT_AT(schema_field, metric, 18);
BPFHOST_LAYOUT_AT(schema_field, flags, 20);
BPFHOST_LAYOUT_AT(schema_field, names, 24);
BPFHOST_LAYOUT_AT(schema_field, nnames, 28);
BPFHOST_LAYOUT_SIZE(schema_field, 32);

BPFHOST_LAYOUT_AT(schema_name, value, 0);
BPFHOST_LAYOUT_AT(schema_name, name, 8);
BPFHOST_LAYOUT_AT(schema_name, reserved, 12);
BPFHOST_LAYOUT_SIZE(schema_name, 16);

#if UINTPTR_MAX == UINT64_MAX
BPFHOST_LAYOUT_AT(plugin, abi_major, 0);
BPFHOST_LAYOUT_AT(plugin, abi_minor, 2);
BPFHOST_LAYOUT_AT(plugin, size, 4);
BPFHOST_LAYOUT_AT(plugin, name, 8);
BPFHOST_LAYOUT_AT(plugin, version, 16);
BPFHOST_LAYOUT_AT(plugin, description, 24);
BPFHOST_LAYOUT_AT(plugin, license, 32);
BPFHOST_LAYOUT_AT(plugin, vtable_size, 40);
BPFHOST_LAYOUT_AT(plugin, option_size, 44);
BPFHOST_LAYOUT_AT(plugin, vtable, 48);
BPFHOST_LAYOUT_AT(plugin, defaults, 80);
BPFHOST_LAYOUT_AT(plugin, options, 88);
BPFHOST_LAYOUT_AT(plugin, object, 96);
BPFHOST_LAYOUT_AT(plugin, object_end, 104);
BPFHOST_LAYOUT_AT(plugin, needs, 112);
BPFHOST_LAYOUT_AT(plugin, capabilities, 120);
BPFHOST_LAYOUT_AT(plugin, extension, 128);
BPFHOST_LAYOUT_LEAST(plugin, 136);

BPFHOST_LAYOUT_AT(vtable, load, 0);
BPFHOST_LAYOUT_AT(vtable, attach, 8);
BPFHOST_LAYOUT_AT(vtable, poll, 16);
BPFHOST_LAYOUT_AT(vtable, detach, 24);
BPFHOST_LAYOUT_SIZE(vtable, 32);

BPFHOST_LAYOUT_AT(option, name, 0);
BPFHOST_LAYOUT_AT(option, help, 8);
BPFHOST_LAYOUT_AT(option, default_text, 16);
BPFHOST_LAYOUT_AT(option, choices, 24);
BPFHOST_LAYOUT_AT(option, type, 32);
BPFHOST_LAYOUT_AT(option, flags, 36);
BPFHOST_LAYOUT_AT(option, min, 40);
BPFHOST_LAYOUT_AT(option, max, 48);
BPFHOST_LAYOUT_LEAST(option, 56);

BPFHOST_LAYOUT_AT(instance, size, 0);
BPFHOST_LAYOUT_AT(instance, reserved, 4);
BPFHOST_LAYOUT_AT(instance, host, 8);
BPFHOST_LAYOUT_AT(instance, plugin, 16);
BPFHOST_LAYOUT_AT(instance, state, 24);
BPFHOST_LAYOUT_AT(instance, sdk, 32);
BPFHOST_LAYOUT_LEAST(instance, 40);

BPFHOST_LAYOUT_AT(ext_probes, size, 0);
BPFHOST_LAYOUT_AT(ext_probes, reserved, 4);
BPFHOST_LAYOUT_AT(ext_probes, list, 8);
BPFHOST_LAYOUT_LEAST(ext_probes, 16);

BPFHOST_LAYOUT_AT(ext_late, size, 0);
BPFHOST_LAYOUT_AT(ext_late, reserved, 4);
BPFHOST_LAYOUT_AT(ext_late, needs, 8);
BPFHOST_LAYOUT_LEAST(ext_late, 16);

BPFHOST_LAYOUT_AT(host, size, 0);
BPFHOST_LAYOUT_AT(host, abi_major, 4);
BPFHOST_LAYOUT_AT(host, abi_minor, 6);
BPFHOST_LAYOUT_AT(host, context, 8);
BPFHOST_LAYOUT_AT(host, instance, 16);
BPFHOST_LAYOUT_AT(host, filter, 24);
BPFHOST_LAYOUT_AT(host, options, 32);
BPFHOST_LAYOUT_AT(host, ring_size, 40);
BPFHOST_LAYOUT_AT(host, log_level, 48);
BPFHOST_LAYOUT_AT(host, flags, 52);
BPFHOST_LAYOUT_AT(host, log, 56);
BPFHOST_LAYOUT_AT(host, fail, 64);
BPFHOST_LAYOUT_AT(host, schema, 72);
BPFHOST_LAYOUT_AT(host, emit, 80);
BPFHOST_LAYOUT_AT(host, emit_user, 88);
BPFHOST_LAYOUT_AT(host, taken, 96);
BPFHOST_LAYOUT_AT(host, watch, 104);
BPFHOST_LAYOUT_AT(host, unwatch, 112);
BPFHOST_LAYOUT_AT(host, timer, 120);
BPFHOST_LAYOUT_AT(host, ring, 128);
BPFHOST_LAYOUT_AT(host, probe_failed, 136);
BPFHOST_LAYOUT_AT(host, probes, 144);
BPFHOST_LAYOUT_AT(host, drained, 152);
BPFHOST_LAYOUT_AT(host, plan, 160);
BPFHOST_LAYOUT_AT(host, extension, 168);
BPFHOST_LAYOUT_LEAST(host, 176);

BPFHOST_LAYOUT_AT(item, text, 0);
BPFHOST_LAYOUT_AT(item, number, 8);
BPFHOST_LAYOUT_SIZE(item, 16);

BPFHOST_LAYOUT_AT(setting, given, 0);
BPFHOST_LAYOUT_AT(setting, count, 4);
BPFHOST_LAYOUT_AT(setting, items, 8);
BPFHOST_LAYOUT_SIZE(setting, 16);

BPFHOST_LAYOUT_AT(ext_release, size, 0);
BPFHOST_LAYOUT_AT(ext_release, reserved, 4);
BPFHOST_LAYOUT_AT(ext_release, begin, 8);
BPFHOST_LAYOUT_AT(ext_release, end, 16);
BPFHOST_LAYOUT_AT(ext_release, step, 24);
BPFHOST_LAYOUT_LEAST(ext_release, 32);

BPFHOST_LAYOUT_AT(ext_room, size, 0);
BPFHOST_LAYOUT_AT(ext_room, reserved, 4);
BPFHOST_LAYOUT_AT(ext_room, look, 8);
BPFHOST_LAYOUT_LEAST(ext_room, 16);

BPFHOST_LAYOUT_AT(ext_lost, size, 0);
BPFHOST_LAYOUT_AT(ext_lost, reserved, 4);
BPFHOST_LAYOUT_AT(ext_lost, count, 8);
BPFHOST_LAYOUT_LEAST(ext_lost, 16);

BPFHOST_LAYOUT_AT(ext_attach, size, 0);
BPFHOST_LAYOUT_AT(ext_attach, reserved, 4);
BPFHOST_LAYOUT_AT(ext_attach, begin, 8);
BPFHOST_LAYOUT_AT(ext_attach, end, 16);
BPFHOST_LAYOUT_LEAST(ext_attach, 24);

BPFHOST_LAYOUT_AT(ext_pause, size, 0);
BPFHOST_LAYOUT_AT(ext_pause, reserved, 4);
BPFHOST_LAYOUT_AT(ext_pause, most, 8);
BPFHOST_LAYOUT_LEAST(ext_pause, 16);

BPFHOST_LAYOUT_AT(ext_verifier_log, size, 0);
BPFHOST_LAYOUT_AT(ext_verifier_log, reserved, 4);
BPFHOST_LAYOUT_AT(ext_verifier_log, keep, 8);
BPFHOST_LAYOUT_LEAST(ext_verifier_log, 16);

BPFHOST_LAYOUT_AT(ext_patience, size, 0);
BPFHOST_LAYOUT_AT(ext_patience, reserved, 4);
BPFHOST_LAYOUT_AT(ext_patience, renew, 8);
BPFHOST_LAYOUT_LEAST(ext_patience, 16);
#endif

#endif

#endif
