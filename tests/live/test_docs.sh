#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What the documentation tells people to type works: each block fenced as ```sh is run as a script in
# a folder of its own, with `sudo bpfhost`, `bpfhost` and `./dev run` meaning the program under test.
# What would run until Ctrl-C gets that after RUN_SECONDS, and must end cleanly then. Output stands
# in blocks fenced otherwise and is not compared; what changes the machine is fenced as ```bash, and not run. And every sample configuration is understood.
set -euo pipefail

: "${BPFHOST:?}" "${PLUGIN_DIR:?}" "${SOURCE_DIR:?}"
RUN_SECONDS=3
failed=0

skip() { echo "skipped: $*"; exit 77; }

# has CAPABILITY_NUMBER: whether it is in effect here.
has() { (((16#$(sed -n 's/^CapEff:\s*//p' /proc/self/status) >> $1) & 1)); }

((EUID == 0)) || skip 'root is missing'
has 21 || has 39 || skip 'CAP_SYS_ADMIN and CAP_BPF are missing'
[[ -d /sys/kernel/tracing ]] || skip 'tracefs is missing'

work=$(mktemp -d)
net=bpfhost-$$-here
trap 'rm -rf "$work"; ip netns del "$net" 2>/dev/null' EXIT

# Interfaces of the machine are not touched: what is run sees a network of its own, with eth0.
ip netns add "$net" 2>/dev/null || skip 'no network namespace can be made'
ip -n "$net" link add eth0 type veth peer name eth1
ip -n "$net" addr add 10.9.0.1/24 dev eth0
ip -n "$net" link set eth0 up
ip -n "$net" link set eth1 up
ip -n "$net" route add default via 10.9.0.2
mkdir "$work/bin" "$work/tree"

# The program as it is installed: it finds its plugins, and is in the PATH.
cat >"$work/bin/bpfhost" <<EOF
#!/bin/bash
word=()
if [[ \${1-} == [a-z]* ]]; then
	word=("\$1")
	shift
fi
exec nsenter --net=/run/netns/$net timeout --preserve-status -k 5 -s INT $RUN_SECONDS "$BPFHOST" "\${word[@]}" \\
	--plugin-dir "$PLUGIN_DIR" --trust "$PLUGIN_DIR" "\$@"
EOF

cat >"$work/bin/sudo" <<'EOF'
#!/bin/bash
exec "$@"
EOF

# Of ./dev only run is run; that the other commands exist is asked of the real one.
cat >"$work/tree/dev" <<EOF
#!/bin/bash
command=\$1
shift
[[ \$command != run ]] || exec bpfhost "\$@"
"$SOURCE_DIR/dev" help | grep -q "^  \$command\\b" || { echo "there is no ./dev \$command"; exit 2; }
EOF
chmod +x "$work/bin/"* "$work/tree/dev"

# blocks FILE: writes its ```sh blocks to $work/block.LINE, and prints each LINE.
blocks() {
	awk -v out="$work/block." '
		/^```/ && inside { inside = 0; close(file); next }
		inside { print > file }
		/^```sh$/ { inside = 1; file = out (NR + 1); printf "" > file; print NR + 1 }
	' "$1"
}

# run_block NAME LINE: stops at the first command that fails, and says which one it was.
run_block() {
	local name=$1 line=$2 script=$work/block.$2 status=0
	rm -rf "$work/here"
	cp -r "$work/tree" "$work/here"
	(
		cd "$work/here"
		PATH=$work/bin:$PATH timeout -k 5 30 bash -euxo pipefail "$script"
	) >"$work/output" 2>&1 </dev/null || status=$?
	ran=$((ran + 1))
	((status)) || return 0
	echo "$name:$line: the block that begins here fails with status $status:"
	sed 's/^/    /' "$work/output" | tail -n 40
	failed=1
}

# missing_paths FILE: prints what it links to or names as a path of this tree and what is not there.
missing_paths() {
	local path folder
	folder=$(dirname "$1")
	{ grep -oE '\]\([^)#:]+' "$1" || true; } | while read -r path; do
		[[ -e $folder/${path#*\(} ]] || echo "${path#*\(}"
	done
	{ grep -oE '\b(tests|core|bpf|plugins|examples|cmake)/[a-z0-9_./-]+[a-z0-9]' "$1" || true; } |
		while read -r path; do [[ -e $path || -e $folder/$path ]] || echo "$path"; done
}

cd "$SOURCE_DIR"
documents=(README.md docs/*.md plugins/*/README.md)
for document in "${documents[@]}"; do
	# How to write a plugin is followed by the test of the examples, which builds them; test_cookbook.sh asks.
	[[ $document != docs/PLUGINS.md && $document != docs/COOKBOOK.md ]] || continue
	[[ -f $document ]] || { echo "$document is missing" && failed=1; continue; }
	missing=$(missing_paths "$document" | sort -u | xargs)
	if [[ $missing ]]; then
		echo "$document names what is not there:" "$missing"
		failed=1
	fi
	ran=0
	lines=$(blocks "$document")
	for line in $lines; do
		run_block "$document" "$line"
	done
	echo "$document: $ran blocks run"
	rm -f "$work"/block.*
done

# A sample of a plugin that is not built here is understood when nothing but the plugin is missing.
for sample in plugins/*/*.conf examples/*/*.conf; do
	[[ -f $sample ]] || continue
	status=0
	"$work/bin/bpfhost" --config "$sample" --dry-run >"$work/output" 2>&1 || status=$?
	plugin=$(basename "$(dirname "$sample")")
	if [[ -f $PLUGIN_DIR/$plugin.so ]]; then
		((status)) || continue
	elif [[ $status == 2 ]] && grep -qF "there is no plugin \"$plugin\"" "$work/output" &&
		(($(grep -c ': error: ' "$work/output") == 1)); then
		continue
	fi
	echo "$sample: status $status"
	sed 's/^/    /' "$work/output"
	failed=1
done
exit $failed
