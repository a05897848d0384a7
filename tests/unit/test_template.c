/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "new/template.h"

static void writes(const char *text, const char *name, const char *wanted)
{
	char *found = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&found, &size);

	assert_non_null(out);
	template_write(text, strlen(text), name, out);
	fclose(out);
	assert_string_equal(found, wanted);
	free(found);
}

static void replaces_three_words(void **state)
{
	(void)state;
	writes("newname newident NEWIDENT", "disk", "disk disk DISK");
	writes("newname newident NEWIDENT", "my-disk_2", "my-disk_2 my_disk_2 MY_DISK_2");
	writes("newname newident NEWIDENT", "3d-view", "3d-view plugin_3d_view PLUGIN_3D_VIEW");
	writes("newname newident NEWIDENT", "_x", "_x plugin__x PLUGIN__X");
	writes("newname newident_event", "bpfhost", "bpfhost plugin_bpfhost_event");
	writes("newname.bpf.c", "a", "a.bpf.c");
	writes("newnam NEWNAME newnewname", "a", "newnam NEWNAME newa");
	writes("", "a", "");
	writes("ends with newiden", "a", "ends with newiden");
}

/* "int" is the name of a plugin as any other, and no name in C: no template has it bare but as text. */
static void puts_something_behind_identifiers(void **state)
{
	const size_t size = strlen("newident");

	(void)state;
	for (const struct template_file *file = template_files; file->kind; file++) {
		const char *name = file->text, *end = file->end;
		const char *suffix = strrchr(file->name, '.');
		bool is_source = !strcmp(suffix, ".c") || !strcmp(suffix, ".h");

		while (is_source && (name = memmem(name, (size_t)(end - name), "newident", size))) {
			name += size;
			assert_true(name < end && (*name == '_' || *name == '"'));
		}
	}
}

/* Each kind once, and each with what a plugin's folder has. */
static void has_whole_templates(void **state)
{
	static const char *const wanted[] = { "custom", "tracepoint", "uprobe", "usdt", "xdp" };
	const char *kinds[TEMPLATE_KINDS_MAX];
	size_t count = template_kinds(kinds);

	(void)state;
	assert_int_equal(count, 5);
	for (size_t i = 0; i < count; i++) {
		size_t files = 0;

		assert_string_equal(kinds[i], wanted[i]);
		for (const struct template_file *file = template_files; file->kind; file++) {
			files += !strcmp(file->kind, kinds[i]);
			assert_true(file->end > file->text);
			assert_non_null(memmem(file->text, (size_t)(file->end - file->text),
					       "SPDX-License-Identifier", 23));
		}
		assert_int_equal(files, 7);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(replaces_three_words),
		cmocka_unit_test(puts_something_behind_identifiers),
		cmocka_unit_test(has_whole_templates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
