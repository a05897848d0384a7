/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "command/command.h"
__attribute__((weak)) int command_list(const struct config *c, FILE*o,FILE*l){(void)c;(void)o;(void)l;return 1;}
__attribute__((weak)) int command_inspect(const struct config *c, FILE*o,FILE*l){(void)c;(void)o;(void)l;return 1;}
__attribute__((weak)) int command_help_plugin(const struct config *c, FILE*o,FILE*l){(void)c;(void)o;(void)l;return 1;}
