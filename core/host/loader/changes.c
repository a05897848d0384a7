/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A program that writes into the memory of the traced one, changes what a function returns, or sends a
 * signal does more than to look. Whether one does stands in its instructions (code.h).
 *
 * This guards against a plugin that does so by mistake, or whose users do not know. One that wants to hide
 * it can load another object.
 */
#include "loader/changes.h"

#include <errno.h>
#include <linux/bpf.h>
#include <string.h>

#include <bpfhost/plugin.h>

#include "loader/code.h"
#include "loader/descriptor.h"

int changes_read(const void *bytes, size_t size, uint64_t *ret_used, struct bpfhost_error *why)
{
	struct code_use use;
	uint64_t used = 0;
	int err = code_read(bytes, size, &use);

	if (err) {
		bpfhost_error_set(why, 0, "its BPF object cannot be looked through: %s",
				  strerror(-err));
		return err;
	}
	if (code_calls(&use, BPF_FUNC_probe_write_user))
		used |= BPFHOST_NEED_WRITE_USER;
	if (code_calls(&use, BPF_FUNC_override_return))
		used |= BPFHOST_NEED_OVERRIDE;
	if (code_calls(&use, BPF_FUNC_send_signal) ||
	    code_calls(&use, BPF_FUNC_send_signal_thread) || use.signals)
		used |= BPFHOST_NEED_SIGNAL;
	*ret_used = used;
	return 0;
}

static const char *changes_word(uint64_t bits)
{
	return descriptor_need_name((unsigned int)__builtin_ctzll(bits));
}

static const char *changes_meaning(uint64_t bits)
{
	if (bits & BPFHOST_NEED_WRITE_USER)
		return "write into the memory of what they trace";
	return bits & BPFHOST_NEED_OVERRIDE ? "change what functions of the kernel return"
					    : "send signals to what they trace";
}

int changes_check(uint64_t used, uint64_t declared, uint64_t granted, struct bpfhost_error *err)
{
	uint64_t hidden = used & ~declared & CHANGES_ALL;
	uint64_t refused = declared & ~granted & CHANGES_ALL;

	if (hidden)
		bpfhost_error_set(err, 0, "its programs %s, and it does not declare %s",
				  changes_meaning(hidden), changes_word(hidden));
	else if (refused)
		bpfhost_error_set(err, 0,
				  "its programs %s; --allow %s behind its --plugin, or "
				  "allow = [\"%s\"] in its group of the file, lets them",
				  changes_meaning(refused), changes_word(refused),
				  changes_word(refused));
	return hidden || refused ? -EPERM : 0;
}
