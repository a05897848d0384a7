#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The preset "mysql": the queries of a MariaDB server, which counts them as well, and those of something
# that looks like MySQL 8.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
need_kernel
PLUGIN=uprobe
export PATH=$PATH:/usr/sbin

server_up() {
	mariadb --no-defaults -S "$TMP/socket" -e 'select 1' >/dev/null 2>&1
}

ask() {
	mariadb --no-defaults -S "$TMP/socket" -N -e "$1"
}

asked() {
	ask "show global status like 'Com_select'" | awk '{ print $2 }'
}

mariadb_test() {
	local server before answered

	mkdir "$TMP/db"
	mariadb-install-db --no-defaults --datadir="$TMP/db" --user=root --auth-root-authentication-method=normal \
		--skip-test-db --force >"$TMP/install" 2>&1 || fail "no database: $(tail -n 3 "$TMP/install")"
	timeout 50 mariadbd --no-defaults --user=root --datadir="$TMP/db" --socket="$TMP/socket" \
		--skip-networking --pid-file="$TMP/pid" >"$TMP/server" 2>&1 9>&- &
	server=$!
	cleanup() {
		kill "$server" 2>/dev/null
	}
	wait_until 20 server_up || fail "the server does not start: $(tail -n 3 "$TMP/server")"

	host_start --plugin uprobe --set preset=mysql --pid "$(cat "$TMP/pid")"
	before=$(asked)
	for i in 1 2 3 4 5 6 7 8 9 10; do
		ask "select $i + 100, 'it''s \"quoted\"'" >>"$TMP/answers"
	done
	ask 'select sleep(0.2)' >/dev/null
	mariadb --no-defaults -S "$TMP/socket" -e 'select from nowhere' 2>/dev/null
	answered=$(asked)
	host_stop
	expect "exit status" 0 "$STATUS"
	check_ledger
	check_clean
	kill "$server"
	wait "$server" 2>/dev/null

	expect "answers" 10 "$(wc -l <"$TMP/answers")"
	expect "queries with a number" "101 102 103 104 105 106 107 108 109 110" "$(events |
		jq -r 'select(.data.query | test("^select [0-9]+ \\+ 100")) |
			.data.query | capture("select (?<n>[0-9]+)").n | tonumber + 100' | words)"
	expect "as the server counts them" $((answered - before)) \
		"$(count '.data.query | startswith("select") and (contains("nowhere") | not)')"
	expect "text" "select 1 + 100, 'it''s \"quoted\"'" \
		"$(events | jq -r 'select(.data.query | test("^select 1 ")).data.query')"
	expect "event" '"mysql:query"' "$(events | jq -c .event | sort -u)"
	expect "the slow one took 0.2 s" 1 \
		"$(count '(.data.query == "select sleep(0.2)") and .data.latency_ns > 200000000')"
	expect "a query that fails is one, too" 1 "$(count '.data.query == "select from nowhere"')"
}

# ---- a server with the signature of MySQL 8 -----------------------------------------------------

mysql8_test() {
	cat >"$TMP/mysqld.cc" <<'EOF'
#include <cstdio>
#include <unistd.h>
enum enum_server_command { COM_SLEEP, COM_QUIT, COM_INIT_DB, COM_QUERY };
struct THD { int id; };
struct COM_QUERY_DATA { const char *query; unsigned int length; };
union COM_DATA { COM_QUERY_DATA com_query; long other[4]; };
__attribute__((noinline)) bool dispatch_command(THD *thd, const COM_DATA *data, enum_server_command command)
{
	asm volatile("" : : "r"(thd), "r"(data) : "memory");
	return command == COM_QUIT;
}
int main()
{
	THD thd = { 1 };
	char text[32], line[8];
	COM_DATA data;
	printf("pid %d\n", getpid());
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin)) {
		for (int i = 0; i < 5; i++) {
			snprintf(text, sizeof(text), "select %d", i);
			data.com_query.query = text;
			dispatch_command(&thd, &data, COM_QUERY);
			dispatch_command(&thd, &data, COM_INIT_DB);
		}
		puts("done");
		fflush(stdout);
	}
}
EOF
	mkdir "$TMP/bin"
	g++ -O1 -o "$TMP/bin/mysqld" "$TMP/mysqld.cc" || fail "mysqld does not compile"
	TARGET_PROGRAM=$TMP/bin/mysqld
	target_start
	# Without the servers that this machine may have.
	PATH=$TMP/bin:/bin host_start --plugin uprobe --set preset=mysql --pid "$TARGET_PID"
	target_go
	host_stop
	check_ledger
	check_clean
	target_end
	expect "queries" 'select 0 select 1 select 2 select 3 select 4' \
		"$(events | jq -r .data.query | words)"
}

if command -v g++ >/dev/null; then
	mysql8_test
else
	note "the program g++ is missing: MySQL 8's signature is not tested"
fi
need_program mariadbd
need_program mariadb-install-db
need_program mariadb
mariadb_test
