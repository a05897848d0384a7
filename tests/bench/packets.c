/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Puts a program of packets.bpf.c on an interface and says so:
 *
 *	packets OBJECT PROGRAM INTERFACE native|generic
 *
 * It ends, and the program with it, when its stdin does.
 */
#include <linux/if_link.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void attach(const char *path, const char *name, const char *interface, const char *mode)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts,
		    .flags = strcmp(mode, "native") ? XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE);
	struct bpf_object *object = bpf_object__open(path);
	struct bpf_program *program;

	if (!object || bpf_object__load(object))
		die(path);
	program = bpf_object__find_program_by_name(object, name);
	if (!program || bpf_link_create(bpf_program__fd(program), (int)if_nametoindex(interface),
					BPF_XDP, &opts) < 0)
		die(name);
}

int main(int argc, char **argv)
{
	if (argc != 5) {
		fprintf(stderr, "usage: packets OBJECT PROGRAM INTERFACE native|generic\n");
		return 2;
	}
	attach(argv[1], argv[2], argv[3], argv[4]);
	puts("attached");
	fflush(stdout);
	while (getchar() != EOF)
		continue;
	return 0;
}
