#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Every script goes through shellcheck, whatever its name.
set -euo pipefail

mapfile -t scripts < <(git -c safe.directory='*' ls-files -co --exclude-standard |
	while read -r file; do
		[[ -f $file && $file != */data/* && $file != */corpus/* ]] || continue
		[[ $file == *.sh ]] && echo "$file" && continue
		head -c 64 "$file" | head -n 1 | grep -aqE '^#!.*\b(ba|da)?sh\b' && echo "$file"
	done || true)
shellcheck -x -s bash "${scripts[@]}"
