/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <string.h>

#include <bpfhost/expr.h>

/* Linux has no error number above (include/linux/err.h). */
#define EXPR_ERRNO_MAX 4096

int bpfhost_expr_errno(const char *name, struct bpfhost_operand *ret_operand)
{
	for (int number = 1; number < EXPR_ERRNO_MAX; number++) {
		const char *known = strerrorname_np(number);

		if (!known || strcmp(known, name) != 0)
			continue;
		*ret_operand = (struct bpfhost_operand){
			.kind = BPFHOST_OPERAND_ENUMERATOR,
			.value = (uint64_t) - (int64_t)number,
			.is_signed = true,
		};
		return 0;
	}
	return -ENOENT;
}
