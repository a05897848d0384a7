/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a plugin needs, from its descriptor and its BPF object. */
#include "doctor/patient.h"

#include <linux/bpf.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>

#include "sdk/kernel/kernel.h"

#define BIT(fact) (1ULL << (fact))

/*
 * What the sections that libbpf knows attach to, by what stands before the first slash; of two that fit the
 * longer. A type of program is asked for in any case.
 */
static const struct {
	const char *section;
	uint64_t facts;
} patient_sections[] = {
	{ "tracepoint", BIT(FACT_TRACEFS) },
	{ "tp", BIT(FACT_TRACEFS) },
	{ "perf_event", BIT(FACT_PERF) },
	{ "uprobe", BIT(FACT_UPROBE) | BIT(FACT_UPROBE_MULTI) },
	{ "uretprobe", BIT(FACT_UPROBE) | BIT(FACT_UPROBE_MULTI) },
	{ "usdt", BIT(FACT_UPROBE) | BIT(FACT_UPROBE_MULTI) },
	{ "uprobe.multi", BIT(FACT_UPROBE_MULTI) },
	{ "uretprobe.multi", BIT(FACT_UPROBE_MULTI) },
	{ "kprobe", BIT(FACT_KPROBE) },
	{ "kretprobe", BIT(FACT_KPROBE) },
	{ "kprobe.multi", BIT(FACT_KPROBE_MULTI) },
	{ "kretprobe.multi", BIT(FACT_KPROBE_MULTI) },
	{ "ksyscall", BIT(FACT_KPROBE) },
	{ "kretsyscall", BIT(FACT_KPROBE) },
	{ "xdp", BIT(FACT_XDP) },
	{ "lsm", BIT(FACT_LSM) | BIT(FACT_BTF) },
	{ "tp_btf", BIT(FACT_BTF) },
	{ "fentry", BIT(FACT_BTF) },
	{ "fexit", BIT(FACT_BTF) },
	{ "fmod_ret", BIT(FACT_BTF) },
	{ "iter", BIT(FACT_BTF) },
	{ "struct_ops", BIT(FACT_BTF) },
};

/* Whether that is all of the section's kind: "xdp" of "xdp.frags/devmap", not of "xdpx". */
static bool patient_section_is(const char *section, const char *kind)
{
	size_t size = strlen(kind);

	return !strncmp(section, kind, size) && strchr("/.+", section[size]);
}

bool patient_is_typed(const struct object_program *program)
{
	return program->type_number == BPF_PROG_TYPE_TRACING &&
	       (patient_section_is(program->section, "tp_btf") ||
		patient_section_is(program->section, "iter"));
}

static uint64_t patient_facts_of(const struct object_program *program)
{
	uint64_t facts = 0;
	size_t longest = 0;

	for (size_t i = 0; i < sizeof(patient_sections) / sizeof(patient_sections[0]); i++) {
		const char *kind = patient_sections[i].section;

		if (!patient_section_is(program->section, kind) || strlen(kind) <= longest)
			continue;
		longest = strlen(kind);
		facts = patient_sections[i].facts;
	}
	return facts;
}

static void patient_read_programs(struct patient *patient)
{
	for (size_t i = 0; i < patient->object.program_count; i++) {
		const struct object_program *program = &patient->object.programs[i];

		if (program->optional)
			continue;
		patient->capabilities |= kernel_capabilities_of(program->type_number);
		patient->facts |= patient_facts_of(program);
		if (!strncmp(strchr(program->section, '/') ?: "", "/syscalls/", 10))
			patient->facts |= BIT(FACT_SYSCALLS);
	}
}

static void patient_read_maps(struct patient *patient, uint64_t ring_size)
{
	for (size_t i = 0; i < patient->object.map_count; i++) {
		const struct object_map *map = &patient->object.maps[i];

		patient->memory += map->memory;
		if (map->type_number == BPF_MAP_TYPE_RINGBUF)
			patient->facts |= BIT(FACT_RING);
		/* Rings of the plugin's own stay as they are. */
		if (!strcmp(map->name, "bpfhost_ring"))
			patient->memory += ring_size - map->max_entries;
	}
}

static int patient_read_object(struct patient *patient, uint64_t ring_size,
			       struct bpfhost_error *err)
{
	const struct loader_plugin *plugin = patient->entry->plugin;
	const struct descriptor *descriptor = plugin->descriptor;
	const void *bytes =
		image_bytes(plugin->image, descriptor->object_offset, descriptor->object_size);
	int e = object_read(descriptor->name, bytes, descriptor->object_size, &patient->object,
			    err);

	if (e)
		return e;
	code_read(bytes, descriptor->object_size, &patient->code);
	patient->capabilities = 1ULL << CAP_BPF | 1ULL << CAP_PERFMON;
	patient->facts |= BIT(FACT_BPF) | BIT(FACT_LOCKDOWN) | BIT(FACT_KERNEL) | BIT(FACT_MEMORY);
	if (patient->code.relocates)
		patient->facts |= BIT(FACT_BTF);
	patient_read_programs(patient);
	patient_read_maps(patient, ring_size);
	return 0;
}

int patient_read(const struct catalogue_entry *entry, uint64_t ring_size,
		 struct patient *ret_patient, struct bpfhost_error *err)
{
	struct patient *patient = ret_patient;
	int e = 0;

	*patient = (struct patient){ .entry = entry };
	if (!entry->plugin)
		return 0;
	patient->facts = BIT(FACT_SECCOMP) | BIT(FACT_USER);
	if (entry->plugin->descriptor->object_size)
		e = patient_read_object(patient, ring_size, err);
	patient->capabilities |= entry->plugin->descriptor->capabilities;
	return e;
}

void patient_free(struct patient *patient)
{
	object_free(&patient->object);
}

const char *patient_helper_name(unsigned int helper, char buffer[32])
{
#define PATIENT_NAME(name) [BPF_FUNC_##name] = "bpf_" #name
	static const char *const names[] = { __BPF_FUNC_MAPPER(PATIENT_NAME) };
#undef PATIENT_NAME

	if (helper < sizeof(names) / sizeof(names[0]) && names[helper])
		return names[helper];
	snprintf(buffer, 32, "helper %u", helper);
	return buffer;
}

/* As worker/worker.c does it: what it needs later it keeps everything for. */
void patient_describe_worker(const struct machine *machine, const struct patient *patient,
			     char *out, size_t size)
{
	const struct descriptor *descriptor = patient->entry->plugin->descriptor;
	const uint64_t late = BPFHOST_NEED_LATE_ATTACH | BPFHOST_NEED_LATE_OPEN;
	char capabilities[2048];
	const char *netlink = descriptor->needs & BPFHOST_NEED_NETLINK ? ", netlink sockets" : "";
	unsigned int uid = machine->uid ? machine->uid : machine->worker.uid;

	machine_name_capabilities(descriptor->capabilities, capabilities, sizeof(capabilities));
	snprintf(
		out, size, "uid %u, capabilities: %s, no_new_privs, filter of system calls%s%s",
		uid, capabilities[0] ? capabilities : "none", netlink,
		descriptor->needs & late
			? "; keeps all of bpfhost's, with a wider filter, where its options make it "
			  "attach or open later"
			: "");
}
