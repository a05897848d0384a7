/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef CHAIN_CHAIN_H
#define CHAIN_CHAIN_H

__attribute__((visibility("default"))) int chain_library(int (*function)(int), int n);

#endif
