#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The page of a plugin, as scdoc: plugin.sh NAME README.md BPFHOST PLUGIN-DIR
set -euo pipefail

name=$1 readme=$2 bpfhost=$3 folder=$4
here=$(dirname "$(readlink -f "$0")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$bpfhost" --help "$name" --plugin-dir "$folder" --trust "$folder" >"$work/help"
awk -f "$here/options.awk" "$work/help" >"$work/options"
# "xdp 0.1: what it is"
summary=$(sed -n '1s/^[^:]*: //p' "$work/help")
awk -v page="bpfhost-$name" -v section=7 -v summary="$summary" -v options="$work/options" \
	-f "$here/from_markdown.awk" "$readme"
