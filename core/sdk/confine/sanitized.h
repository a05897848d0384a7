/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whether this is built with a sanitizer, whose own code reserves terabytes and opens files. */
#ifndef CONFINE_SANITIZED_H
#define CONFINE_SANITIZED_H

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define CONFINE_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define CONFINE_SANITIZED 1
#endif
#endif

#endif
