/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* All that crosses between host and plugin, reachable from what a library exports: for abidw and abidiff. */
#include <bpfhost/plugin.h>
#include <bpfhost/schema.h>

struct bpfhost_abi {
	const struct bpfhost_plugin *plugin; /* and from there vtable, options, instance, host */
	const struct bpfhost_note *note;
	const struct bpfhost_event *event;
	const struct bpfhost_counters *counters;
	const struct bpfhost_reader *reader;
	const struct bpfhost_schema *schema;
	const struct bpfhost_schema_field *field;
	const struct bpfhost_schema_name *name;
	const struct bpfhost_ext_probes *probes;
	const struct bpfhost_ext_late *late;
	const struct bpfhost_ext_release *release;
	const struct bpfhost_ext_room *room;
	const struct bpfhost_ext_lost *lost;
	const struct bpfhost_ext_attach *attach;
	const struct bpfhost_ext_pause *pause;
	const struct bpfhost_ext_verifier_log *verifier_log;
	const struct bpfhost_ext_patience *patience;
	enum bpfhost_level level;
	enum bpfhost_option_type option_type;
	enum bpfhost_kind kind;
	enum bpfhost_metric metric;
};

/* No name of the headers, so that it grows with them and is compared without itself. */
extern const struct bpfhost_abi bpfhost_abi;
const struct bpfhost_abi bpfhost_abi = { 0 };
