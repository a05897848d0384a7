/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef READER_FILE_H
#define READER_FILE_H

#include <bpfhost/file.h>
#include <bpfhost/reader.h>

/*
 * Gives the file to the reader, where that has not got it, and fills in info. Files of root that nobody else may
 * write share a process, any other is alone in one: for that what runs is ended. 0 or -errno with a sentence.
 */
int reader_file_open(struct bpfhost_file *file, struct bpfhost_error *err);

#endif
