#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Who may include what. Include paths keep most of it; a path with ".." would get around them.
set -euo pipefail

status=0

# refuse WHY PATTERN FOLDER...: no #include in these folders matches.
refuse() {
	local why=$1 pattern=$2 folder folders=()
	shift 2
	for folder in "$@"; do
		[[ -e $folder ]] && folders+=("$folder")
	done
	((${#folders[@]})) || return 0
	if grep -rnE --include='*.[ch]' "^[[:space:]]*#[[:space:]]*include[[:space:]]*$pattern" \
		"${folders[@]}"; then
		echo "  $why"
		status=1
	fi
}

refuse 'a plugin includes <bpfhost/...>, libbpf, the system and files of its own folder' \
	'("[^"]*/|<[^>]*\.\.|<(core|host|sdk|plugins)/)' plugins examples templates
refuse 'the SDK includes nothing of the host' '["<](.*/)?(\.\./\.\.|host|core)/' core/sdk
refuse 'the host includes no plugin' '["<].*plugins/' core/host
refuse 'public headers include public headers only' '"' core/include bpf/include
refuse 'the kernel side knows nothing of user space' \
	'<(stdio|stdlib|string|errno|unistd|bpf/libbpf|bpf/bpf)\.h>' bpf/include

# Both folders are installed as one.
twice=$(find core/include bpf/include -name '*.h' -printf '%P\n' 2>/dev/null | sort | uniq -d)
if [[ $twice ]]; then
	echo "in core/include and in bpf/include: $twice"
	status=1
fi
exit $status
