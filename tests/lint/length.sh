#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# No function in the files named on stdin is longer than 60 lines. A body begins and ends with a
# brace in the first column, which clang-format sees to.
set -euo pipefail

# shellcheck disable=SC2016 # the dollars are for awk
grep '\.[ch]$' | xargs -r awk '
	FNR == 1 { start = 0 }
	/^\{/ { start = FNR; head = previous }
	/^\}/ && start {
		if (FNR - start + 1 > 60) {
			printf "%s:%d: %d lines: %s\n", FILENAME, start, FNR - start + 1, head
			status = 1
		}
		start = 0
	}
	{ previous = $0 }
	END { exit status }'
