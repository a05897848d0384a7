/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "filter/filter.h"
__attribute__((weak)) int filter_new(const char *t, struct filter **r, struct bpfhost_error *e){(void)t;(void)r;(void)e;return -1;}
__attribute__((weak)) void filter_free(struct filter *f){(void)f;}
__attribute__((weak)) int filter_names_known(const struct filter *f, const struct sink_type *const *t,size_t n, struct bpfhost_error *e){(void)f;(void)t;(void)n;(void)e;return 0;}
__attribute__((weak)) int filter_bind(const struct filter *f, const struct sink_type *t, struct filter_bound **b){(void)f;(void)t;(void)b;return -1;}
__attribute__((weak)) void filter_bound_free(struct filter_bound *b){(void)b;}
__attribute__((weak)) bool filter_passes(struct filter_bound *b, const void *r, uint32_t s){(void)b;(void)r;(void)s;return 1;}
