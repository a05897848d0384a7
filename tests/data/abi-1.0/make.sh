#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# make.sh PREFIX: how frozen.MACHINE.so and types.MACHINE.abi were made, with the bpfhost that is installed
# below PREFIX. For a machine that has none, of the commit that README.md names; those that are there stay.
set -euo pipefail
prefix=$(realpath "$1")
cd "$(dirname "$(readlink -f "$0")")"
machine=$(uname -m)
[[ ! -e frozen.$machine.so ]] || { echo "frozen.$machine.so is there, and stays as it is" >&2 && exit 1; }
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
CFLAGS="-Os -ffunction-sections -fdata-sections" cmake -S . -B "$build" -DCMAKE_PREFIX_PATH="$prefix" \
	-DCMAKE_BUILD_TYPE=MinSizeRel
cmake --build "$build"
cc -g -fPIC -shared "-I$prefix/include" types.c -o "$build/types.so"
abidw --no-corpus-path --no-comp-dir-path --no-show-locs --drop-undefined-syms "$build/types.so" \
	>"types.$machine.abi"
install -m 755 "$build/plugins/frozen.so" "frozen.$machine.so"
