/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <libconfig.h>

#include "config/config.h"
#include "config/file.h"
#include "config/precheck.h"

/*
 * A configuration file of any bytes. Beyond not crashing: where the pre-check lets a text through,
 * libconfig must find in it no 32-bit integer (which it might have wrapped) and no @include, or
 * the two disagree about where tokens begin and end.
 */

/* libconfig 1.5 forgets the string before a syntax error; the host ends then. */
const char *__lsan_default_suppressions(void);

const char *__lsan_default_suppressions(void)
{
	return "leak:libconfig.so\n";
}

static void check_integers(const config_setting_t *setting)
{
	assert(config_setting_type(setting) != CONFIG_TYPE_INT);
	if (!config_setting_is_aggregate(setting))
		return;
	for (int i = 0; i < config_setting_length(setting); i++)
		check_integers(config_setting_get_elem(setting, (unsigned int)i));
}

static void check_agreement(const char *text, size_t length)
{
	struct bpfhost_error err = { 0 };
	char *checked = NULL;
	config_t file;

	if (precheck_text("fuzz", text, length, &checked, &err)) {
		assert(err.text[0] && !checked);
		return;
	}
	config_init(&file);
	if (config_read_string(&file, checked))
		check_integers(config_root_setting(&file));
	else
		assert(!strstr(config_error_text(&file), "include"));
	config_destroy(&file);
	free(checked);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bpfhost_error err = { 0 };
	struct config config;

	check_agreement((const char *)data, size);
	config_setup(&config);
	if (config_load_text(&config, "fuzz", (const char *)data, size, &err))
		assert(err.text[0] && !strpbrk(err.text, "\n\r\033"));
	config_free(&config);
	return 0;
}
