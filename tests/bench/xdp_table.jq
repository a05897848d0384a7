# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The summary as people read it.
def left(n): tostring | . + " " * ([n - length, 1] | max);
def right(n): if . == null then "-" else tostring end | " " * ([n - length, 1] | max) + .;
def missed: if (.least != null and .ratio < .least) or (.most != null and .ratio > .most)
	then "   MISSED" else "" end;
def goal: if .least then "   goal >= \(.least)" elif .most then "   goal <= \(.most)" else "" end;

.modes | to_entries[] | "",
"packets through a veth pair, \(.key) mode",
("" | left(20)) + ("packets/s" | right(12)) + ("ns a packet" | right(14)) + ("at best" | right(10)) +
	("tracer CPU ns" | right(16)) + ("lost" | right(10)),
(.value.cases | to_entries[] | (.key | left(20)) + (.value.packets_per_second | right(12)) +
	(.value.ns | right(14)) + (.value.best | right(10)) + (.value.cpu_ns | right(16)) + (.value.lost | right(10))),
(.value.goals[] | (.name | left(36)) + (.ratio | right(9)) + goal + missed)
