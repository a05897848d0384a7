/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The packets in data/xdp, what tshark reads in them (data/xdp/make.py), and an event in the same words:
 * "length=98 smac=... dmac=...", fields that the packet lacks left out.
 */
#ifndef XDP_CORPUS_H
#define XDP_CORPUS_H

#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "xdp_event.h"

#define CORPUS_MAX  256
#define CORPUS_LINE 1024

struct corpus_packet {
	char name[64]; /* "made.pcap 7" */
	uint32_t size;
	uint8_t *bytes;
	char expected[CORPUS_LINE]; /* with a space before each field */
	char error[64];             /* "" where nothing is wrong */
};

struct corpus {
	struct corpus_packet packets[CORPUS_MAX];
	uint32_t count;
};

/* ---- an event as a line ------------------------------------------------------------------------ */

static inline const char *corpus_error_name(uint16_t error)
{
#define CORPUS_ERROR_NAME(name, text) [XDP_ERROR_##name] = #text,
	static const char *const names[] = { XDP_ERROR_EACH(CORPUS_ERROR_NAME) };

	return error < sizeof(names) / sizeof(names[0]) && names[error] ? names[error] : "?";
}

static inline void corpus_put(char *line, const char *name, unsigned long value)
{
	size_t used = strlen(line);

	snprintf(line + used, CORPUS_LINE - used, " %s=%lu", name, value);
}

static inline void corpus_put_text(char *line, const char *name, const char *text)
{
	size_t used = strlen(line);

	snprintf(line + used, CORPUS_LINE - used, " %s=%s", name, text);
}

static inline void corpus_put_mac(char *line, const char *name, const uint8_t *mac)
{
	char text[32];

	snprintf(text, sizeof(text), "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
		 mac[3], mac[4], mac[5]);
	corpus_put_text(line, name, text);
}

static inline void corpus_put_address(char *line, const char *name, const uint8_t *address)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	char text[INET6_ADDRSTRLEN];

	if (!memcmp(address, mapped, sizeof(mapped)))
		inet_ntop(AF_INET, address + 12, text, sizeof(text));
	else
		inet_ntop(AF_INET6, address, text, sizeof(text));
	corpus_put_text(line, name, text);
}

static inline void corpus_link(const struct packet_event *p, char *line)
{
	if (p->present & XDP_HAS_ETHERNET) {
		corpus_put_mac(line, "smac", p->smac);
		corpus_put_mac(line, "dmac", p->dmac);
	}
	if (p->present & XDP_HAS_ETHERTYPE)
		corpus_put(line, "ethertype", p->ethertype);
	if (p->present & XDP_HAS_VLAN)
		corpus_put(line, "vlan", p->vlan);
	if (p->present & XDP_HAS_INNER_VLAN)
		corpus_put(line, "inner_vlan", p->inner_vlan);
	if (p->present & XDP_HAS_VLAN)
		corpus_put(line, "vlan_priority", p->vlan_priority);
}

static inline void corpus_network(const struct packet_event *p, char *line)
{
	if (p->present & XDP_HAS_IP) {
		corpus_put(line, "ttl", p->ttl);
		corpus_put(line, "dscp", p->dscp);
		corpus_put(line, "ecn", p->ecn);
	}
	corpus_put(line, "proto", p->proto);
	if (p->present & XDP_HAS_ADDRESSES) {
		corpus_put_address(line, "saddr", p->saddr);
		corpus_put_address(line, "daddr", p->daddr);
	}
	if (p->present & XDP_HAS_PORTS) {
		corpus_put(line, "sport", p->sport);
		corpus_put(line, "dport", p->dport);
	}
	if (p->present & XDP_HAS_PAYLOAD)
		corpus_put(line, "payload", p->payload);
	if (p->present & XDP_HAS_IP_ID)
		corpus_put(line, "ip_id", p->ip_id);
	if (p->present & XDP_HAS_FRAGMENT) {
		corpus_put(line, "fragment_offset", p->fragment_offset);
		corpus_put(line, "more_fragments", p->more_fragments);
	}
	if (p->present & XDP_HAS_IPV4)
		corpus_put(line, "dont_fragment", p->dont_fragment);
	if (p->present & XDP_HAS_EXTENSIONS)
		corpus_put(line, "extensions", p->extensions);
}

static inline void corpus_transport(const struct packet_event *p, char *line)
{
	if (p->present & XDP_HAS_TCP) {
		corpus_put(line, "tcp_flags", p->tcp_flags);
		corpus_put(line, "tcp_window", p->tcp_window);
		corpus_put(line, "tcp_seq", p->tcp_seq);
		corpus_put(line, "tcp_ack", p->tcp_ack);
	}
	if (p->present & XDP_HAS_MSS)
		corpus_put(line, "tcp_mss", p->tcp_mss);
	if (p->present & XDP_HAS_ARP)
		corpus_put(line, "arp_op", p->arp_op);
	if (p->present & XDP_HAS_ICMP) {
		corpus_put(line, "icmp_type", p->icmp_type);
		corpus_put(line, "icmp_code", p->icmp_code);
	}
	if (p->present & XDP_HAS_ECHO) {
		corpus_put(line, "echo_id", p->echo_id);
		corpus_put(line, "echo_seq", p->echo_seq);
	}
	if (p->present & XDP_HAS_MTU)
		corpus_put(line, "icmp_mtu", p->icmp_mtu);
}

static inline void corpus_tunnel(const struct packet_event *p, char *line)
{
	if (p->present & XDP_HAS_TUNNEL)
		corpus_put(line, "tunnel", p->tunnel);
	if (p->present & XDP_HAS_VNI)
		corpus_put(line, "vni", p->vni);
	if (p->present & XDP_HAS_GRE_KEY)
		corpus_put(line, "gre_key", p->gre_key);
	if (p->present & XDP_HAS_INNER)
		corpus_put(line, "inner_proto", p->inner_proto);
	if (p->present & XDP_HAS_INNER_ADDRESSES) {
		corpus_put_address(line, "inner_saddr", p->inner_saddr);
		corpus_put_address(line, "inner_daddr", p->inner_daddr);
	}
	if (p->present & XDP_HAS_INNER_PORTS) {
		corpus_put(line, "inner_sport", p->inner_sport);
		corpus_put(line, "inner_dport", p->inner_dport);
	}
}

/* All but the error. */
static inline void corpus_describe(const struct packet_event *packet, char *line)
{
	line[0] = '\0';
	corpus_put(line, "length", packet->length);
	corpus_link(packet, line);
	corpus_network(packet, line);
	corpus_transport(packet, line);
	corpus_tunnel(packet, line);
}

static inline const char *corpus_error(const struct packet_event *packet)
{
	return packet->present & XDP_HAS_ERROR ? corpus_error_name(packet->error) : "";
}

/* The value of a field in a line, with the space behind it cut off; NULL where it is not there. */
static inline const char *corpus_value(const char *line, const char *name, char *value)
{
	char key[64 + 3]; /* a name as corpus_disagree has it, a space, an equals sign */
	const char *at;

	snprintf(key, sizeof(key), " %s=", name);
	at = strstr(line, key);
	if (!at)
		return NULL;
	at += strlen(key);
	snprintf(value, 64, "%.*s", (int)strcspn(at, " "), at);
	return value;
}

/* The first field of `line` that `other` has too, but with another value; NULL where they agree. */
static inline const char *corpus_disagree(const char *line, const char *other, char *name)
{
	char mine[64], theirs[64];

	for (const char *at = line; (at = strchr(at, ' ')); at++) {
		snprintf(name, 64, "%.*s", (int)strcspn(at + 1, "="), at + 1);
		if (corpus_value(line, name, mine) && corpus_value(other, name, theirs) &&
		    strcmp(mine, theirs))
			return name;
	}
	return NULL;
}

/* ---- the files --------------------------------------------------------------------------------- */

static inline FILE *corpus_open(const char *folder, const char *name)
{
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "re");
	if (!file) {
		perror(path);
		exit(1);
	}
	return file;
}

static inline uint32_t corpus_u32(const uint8_t *at)
{
	return at[0] | at[1] << 8 | at[2] << 16 | (uint32_t)at[3] << 24;
}

/* A little-endian pcap of whole packets, as make.py and tcpdump on usual machines write it. */
static inline void corpus_read_pcap(struct corpus *corpus, const char *folder, const char *name)
{
	FILE *file = corpus_open(folder, name);
	uint8_t head[24];
	int number = 0;

	if (fread(head, 24, 1, file) != 1 || corpus_u32(head) != 0xa1b2c3d4)
		abort();
	while (fread(head, 16, 1, file) == 1) {
		struct corpus_packet *packet = &corpus->packets[corpus->count++];

		packet->size = corpus_u32(head + 8);
		if (corpus->count == CORPUS_MAX || packet->size > 65535)
			abort();
		snprintf(packet->name, sizeof(packet->name), "%s %d", name, ++number);
		packet->bytes = malloc(packet->size);
		if (!packet->bytes || fread(packet->bytes, packet->size, 1, file) != 1)
			abort();
	}
	fclose(file);
}

static inline struct corpus_packet *corpus_find(struct corpus *corpus, const char *file,
						const char *number)
{
	char name[64];

	snprintf(name, sizeof(name), "%s %s", file, number);
	for (uint32_t i = 0; i < corpus->count; i++)
		if (!strcmp(corpus->packets[i].name, name))
			return &corpus->packets[i];
	fprintf(stderr, "there is no packet %s\n", name);
	exit(1);
}

/* Lines "FILE NUMBER REST". */
static inline void corpus_read_words(struct corpus *corpus, const char *folder, const char *name,
				     bool are_errors)
{
	FILE *file = corpus_open(folder, name);
	char line[CORPUS_LINE], pcap[32], number[16];
	int end;

	while (fgets(line, sizeof(line), file)) {
		struct corpus_packet *packet;

		line[strcspn(line, "\n")] = '\0';
		if (sscanf(line, "%31s %15s%n", pcap, number, &end) != 2 || line[0] == '#')
			continue;
		packet = corpus_find(corpus, pcap, number);
		if (are_errors)
			snprintf(packet->error, sizeof(packet->error), "%s", line + end + 1);
		else
			snprintf(packet->expected, sizeof(packet->expected), "%s", line + end);
	}
	fclose(file);
}

static inline struct corpus *corpus_load(const char *folder)
{
	struct corpus *corpus = calloc(1, sizeof(*corpus));

	if (!corpus)
		abort();
	corpus_read_pcap(corpus, folder, "real.pcap");
	corpus_read_pcap(corpus, folder, "made.pcap");
	corpus_read_pcap(corpus, folder, "damaged.pcap");
	corpus_read_words(corpus, folder, "expected.txt", false);
	corpus_read_words(corpus, folder, "errors.txt", true);
	return corpus;
}

static inline void corpus_free(struct corpus *corpus)
{
	for (uint32_t i = 0; corpus && i < corpus->count; i++)
		free(corpus->packets[i].bytes);
	free(corpus);
}

#endif
