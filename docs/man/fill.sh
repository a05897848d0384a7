#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A page of the manual with the tables that belong into it: fill.sh PAGE.scd.in TABLES-PROGRAM PLUGIN...
set -euo pipefail

page=$1 tables=$2
shift 2
others=''
for plugin; do others+=", *bpfhost-$plugin*(7)"; done
while IFS= read -r line; do
	case $line in
	'; '*) ;; # not of the page
	@OPTIONS@) "$tables" options ;;
	@SETTINGS@) "$tables" settings ;;
	@REQUESTS@) "$tables" requests ;;
	*) printf '%s\n' "${line//@PLUGIN_PAGES@/$others}" ;;
	esac
done <"$page"
