#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Every script named on stdin goes through shellcheck, whatever its suffix.
set -euo pipefail

scripts=()
while read -r file; do
	[[ $file != */data/* && $file != */corpus/* ]] || continue
	if [[ $file == *.sh ]] || head -n 1 "$file" | grep -aqE '^#!.*\b(ba|da)?sh\b'; then
		scripts+=("$file")
	fi
done
shellcheck -x -s bash "${scripts[@]}"
