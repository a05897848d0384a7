/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The network interfaces of an instance: from the names that a user gives to those that there are. */
#ifndef XDP_INTERFACES_H
#define XDP_INTERFACES_H

#include <bpfhost/sdk.h>

#include "device.h"
#include "xdp_maps.h"

enum xdp_target_state {
	XDP_TARGET_THERE,    /* and nothing of this instance's is on it */
	XDP_TARGET_ATTACHED, /* the program is on it */
	XDP_TARGET_GONE,     /* kept, since what was counted there goes by its index */
};

struct xdp_target {
	char name[XDP_NAME_SIZE];
	uint32_t ifindex;
	enum xdp_target_state state;
	int link;     /* its BPF link, held by the SDK; -1: none */
	bool is_down; /* as was told last */
	bool tried;   /* to attach */
};

struct xdp_interfaces {
	struct xdp_target *items; /* each once, in the order in which they were asked for */
	uint32_t count;
	uint32_t gone;       /* how many of these are */
	const char **wishes; /* names and globs as they were given; the texts are the host's */
	uint32_t nwishes;
	const char **missing; /* the wishes that nothing fitted at first */
	uint32_t nmissing;
	bool follow;                      /* later ones are taken as well */
	char default_name[XDP_NAME_SIZE]; /* the only wish where none was given */
};

/* As the choices of the option `follow`. */
enum xdp_follow {
	XDP_FOLLOW_AUTO,
	XDP_FOLLOW_YES,
	XDP_FOLLOW_NO,
};

/*
 * Those that the option `iface` names, or that of the default route, which is then logged. 0, or -errno
 * and told: -EINVAL for a name that no interface can have, -ENODEV where nothing is asked for and there is
 * no default route. What is not there is no error here, but is in `missing`. interfaces is zeroed before,
 * must not move after, and is freed by xdp_interfaces_free in any case.
 */
int xdp_interfaces_find(struct bpfhost_instance *self, struct xdp_interfaces *interfaces);
void xdp_interfaces_free(struct xdp_interfaces *interfaces);
/* The name of one by its index; "?" for one that is not known. */
const char *xdp_interfaces_name(const struct xdp_interfaces *interfaces, uint32_t ifindex);

/* Whether any wish is for an interface of this name. */
bool xdp_interfaces_wanted(const struct xdp_interfaces *interfaces, const char *name);
/* NULL where it is none of the instance's. Valid until the next one is added. */
struct xdp_target *xdp_interfaces_by_index(const struct xdp_interfaces *interfaces,
					   uint32_t ifindex);
/* Adds one unless it is there; of those that are gone it forgets the oldest. NULL: no memory. */
struct xdp_target *xdp_interfaces_add(struct xdp_interfaces *interfaces,
				      const struct xdp_device *device);
/* "there is no such interface; did you mean ...? there are: ..." for a wish that nothing fits. */
void xdp_interfaces_explain(const char *wish, char *text, size_t size);

#endif
