/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Who is on an interface already. */
#ifndef XDP_OCCUPIED_H
#define XDP_OCCUPIED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the guard's process is called. */
#define XDP_GUARD_NAME "bpfhost-xdp"

/* An XDP program that is attached, as far as it can be found out. */
struct xdp_occupant {
	uint32_t program;
	uint32_t mode; /* XDP_ATTACHED_DRV, _SKB or _HW of <linux/if_link.h> */
	uint32_t link; /* the id of its BPF link; 0: it has none, but is attached by netlink */
	uint32_t pid;  /* a process that holds that link, or else the program; 0: none is known */
	char name[16]; /* of the program */
	char comm[16]; /* of the process */
	bool is_ours;  /* a program of bpfhost's, of whatever instance */
	/*
	 * And it is there in place of another one: by netlink, or on that one's link. Such a one is never to
	 * be put back: when its instance has ended, nobody would take it off again.
	 */
	bool stands_in;
};

/* A look at all XDP links and at who holds them, taken when it is first needed. */
struct xdp_census {
	struct xdp_census_link *links;
	uint32_t nlinks;
	struct xdp_census_holder *holders;
	uint32_t nholders;
	int taken;
};

/* 0, or -ENOENT where no program is on the interface, or another -errno. */
int xdp_occupied_find(struct xdp_census *census, uint32_t ifindex, struct xdp_occupant *ret);
/* "program 12 'xdp_pass' in native mode (link 5, of process 4711 'xdpdump')" */
void xdp_occupied_text(const struct xdp_occupant *occupant, char *text, size_t size);
/* One that stands in and that no process holds any more: all who were to take it off were killed. */
static inline bool xdp_occupied_is_left_over(const struct xdp_occupant *occupant)
{
	return occupant->stands_in && !occupant->link && !occupant->pid;
}

/*
 * Whether it is the program of a worker that died, and the guard (see guard.h) is the only one who still
 * holds it: it is about to put back what was there before.
 */
int xdp_occupied_is_leaving(const struct xdp_census *census, const struct xdp_occupant *occupant);
const char *xdp_occupied_mode(uint32_t mode);
void xdp_census_free(struct xdp_census *census);

/* Of census.c, for occupied.c: they look once, and leave what is not found as it was. */
void xdp_census_find_link(struct xdp_census *census, uint32_t ifindex,
			  struct xdp_occupant *occupant);
void xdp_census_find_holder(struct xdp_census *census, struct xdp_occupant *occupant);
/* Whether a guard holds both the link and the program that is on it now. */
bool xdp_census_has_guard(const struct xdp_census *census, const struct xdp_occupant *occupant);

#endif
