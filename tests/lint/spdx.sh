#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Every file named on stdin that can hold a comment says its licence at its top.
set -euo pipefail

status=0
while read -r file; do
	case $file in
	packaging/debian/copyright | packaging/debian/conffiles | packaging/debian/changelog.in) continue ;;
	LICENSE | LICENSES/* | *.md | *.json | .gitignore | */data/* | */corpus/*) continue ;;
	esac
	if ! head -n 2 "$file" | grep -qF 'SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause'; then
		echo "$file:1: no SPDX line"
		status=1
	fi
done
exit $status
