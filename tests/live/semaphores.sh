# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash
# How far the semaphores of a program's static probes are raised, by the memory of a process. Sourced behind
# lib.sh.

# semaphores PID: the sum of all that $TARGET_PROGRAM has, at the addresses that readelf gives
semaphores() {
	python3 - "$1" "$TARGET_PROGRAM" <<'PYTHON'
import re, struct, subprocess, sys
pid, path = sys.argv[1:]
notes = subprocess.check_output(["readelf", "-nW", path], text=True)
addresses = {int(found, 16) for found in re.findall(r"Semaphore: (0x[0-9a-f]+)", notes)} - {0}
kind = subprocess.check_output(["readelf", "-hW", path], text=True)
base = 0
if "DYN" in kind:
    with open(f"/proc/{pid}/maps") as maps:
        base = next(int(line.split("-")[0], 16) for line in maps if line.rstrip().endswith(path))
total = 0
with open(f"/proc/{pid}/mem", "rb") as memory:
    for address in addresses:
        memory.seek(base + address)
        total += struct.unpack("<H", memory.read(2))[0]
print(total)
PYTHON
}
