#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
#	links.sh FOLDER...
#
# Prints what the documents below these folders link to and what is not there. Fails where there is no document.
set -euo pipefail

mapfile -t documents < <(find "$@" -name '*.md')
((${#documents[@]})) || { echo "no documents below $*"; exit 1; }
for document in "${documents[@]}"; do
	{ grep -oE '\]\([^)#:]+[)#]' "$document" || true; } | sed 's/^..//; s/.$//' | while read -r path; do
		[[ -e ${document%/*}/$path ]] || echo "$document: $path"
	done
done
