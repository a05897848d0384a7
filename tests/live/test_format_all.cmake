# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
set(TEST_INCLUDES plugins/tracepoint)
set(TEST_SOURCES
	plugins/tracepoint/tracefs.c
	plugins/tracepoint/format.c
	plugins/tracepoint/format_class.c
	plugins/tracepoint/format_expr.c
	plugins/tracepoint/format_labels.c
	plugins/tracepoint/format_print.c
	plugins/tracepoint/format_span.c
	plugins/tracepoint/format_type.c)
