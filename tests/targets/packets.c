/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Sends so many UDP packets out of an interface, as fast as they go or so many a second, and says how many
 * went out:
 *
 *	packets INTERFACE[,BESIDE] COUNT [FLOWS [SIZE [A-SECOND [SPREAD]]]]
 *
 * From 10.9.0.2 to 10.9.0.1, port 9 (discard); the source port and, beyond 50,000, the last byte of the source
 * address tell the flows apart, in turn. With a SPREAD other than 0, the source addresses lie all over IPv4
 * instead, the same for the same flow. SIZE counts from the Ethernet header on, 60 by default. They go to
 * the broadcast address, so that the other side need not be known, and the kernel there throws them away.
 *
 * Answers "sent N", "ns N" for all of it and, where there are many, "median N" and "best N": ns a packet.
 * With BESIDE, as many go out there, block by block in turn, which takes whatever else the machine does out of
 * the comparison: "beside_median N", "beside_best N" and "ratio N", the median of a block's time through that of
 * its neighbour on the other interface.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BATCH     64
#define SIZE_MAX_ 9000
#define BLOCKS    100
#define PORTS     50000
#define ALARM     60 /* seconds; nothing of a test lasts longer */

/* What goes out of one interface, and the ns a packet of each block. */
struct lane {
	int fd;
	uint64_t sent;
	double blocks[BLOCKS];
};

struct sender {
	struct lane lanes[2];
	size_t nlanes;
	uint64_t count, flows, rate;
	uint32_t size;
	bool spread;
	uint8_t frames[BATCH][SIZE_MAX_];
};

static void put16(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

/* RFC 1071, over the IPv4 header alone; 0 is no checksum for UDP. */
static uint16_t checksum(const uint8_t *header)
{
	uint32_t sum = 0;

	for (int i = 0; i < 20; i += 2)
		sum += (uint32_t)(header[i] << 8 | header[i + 1]);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t) ~((sum & 0xffff) + (sum >> 16));
}

static void make_frame(uint8_t *frame, uint32_t size)
{
	static const uint8_t ethernet[] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2,
					    0,    0,    0,    0,    2,    8,    0 };
	uint8_t *ip = frame + sizeof(ethernet), *udp = ip + 20;

	memset(frame, 'x', size);
	memcpy(frame, ethernet, sizeof(ethernet));
	memset(ip, 0, 28);
	ip[0] = 0x45;
	put16(ip + 2, size - (uint32_t)sizeof(ethernet));
	ip[8] = 64;
	ip[9] = 17;
	memcpy(ip + 16, "\x0a\x09\x00\x01", 4);
	put16(udp + 2, 9);
	put16(udp + 4, size - (uint32_t)sizeof(ethernet) - 20);
}

/* Neighbours lie far apart, by Knuth's multiplicative hash; between 1.0.0.0 and 127.255.255.255. */
static void put_spread(uint8_t *at, uint64_t flow)
{
	uint32_t hash = (uint32_t)flow * 2654435761U;

	put16(at, 0x100 + (hash >> 16) % 0x7f00);
	put16(at + 2, hash);
}

static void name_flow(uint8_t *frame, uint64_t flow, bool spread)
{
	uint8_t *ip = frame + 14;

	memcpy(ip + 12, "\x0a\x09\x00", 3);
	ip[15] = (uint8_t)(2 + flow / PORTS);
	if (spread)
		put_spread(ip + 12, flow);
	put16(ip + 20, 1024 + (uint32_t)(flow % PORTS));
	put16(ip + 10, 0);
	put16(ip + 10, checksum(ip));
}

static unsigned int send_batch(struct sender *sender, const struct lane *lane, unsigned int n)
{
	struct mmsghdr messages[BATCH] = { 0 };
	struct iovec pieces[BATCH];
	int done;

	for (unsigned int i = 0; i < n; i++) {
		name_flow(sender->frames[i], (lane->sent + i) % sender->flows, sender->spread);
		pieces[i] = (struct iovec){ sender->frames[i], sender->size };
		messages[i].msg_hdr.msg_iov = &pieces[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	done = sendmmsg(lane->fd, messages, n, 0);
	if (done < 0 && errno != ENOBUFS && errno != EAGAIN) {
		perror("sendmmsg");
		exit(1);
	}
	return done < 0 ? 0 : (unsigned int)done;
}

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000ULL + (uint64_t)time.tv_nsec;
}

/* Sleeps until so many packets are due. */
static void keep_pace(uint64_t sent, uint64_t rate, uint64_t began)
{
	uint64_t due = began + sent * 1000000000ULL / rate, at = now();

	if (due > at)
		nanosleep(&(struct timespec){ (time_t)((due - at) / 1000000000ULL),
					      (long)((due - at) % 1000000000ULL) },
			  NULL);
}

static int by_size(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

/* The rate of one block is that of a moment in which the machine did nothing else, or of one in which it did;
 * so the median and the best of many say more than the whole. */
static void tell_blocks(const char *whose, double *blocks)
{
	qsort(blocks, BLOCKS, sizeof(*blocks), by_size);
	printf("%smedian %.1f\n%sbest %.1f\n", whose, blocks[BLOCKS / 2], whose, blocks[0]);
}

static void tell_ratio(const struct sender *sender)
{
	double ratios[BLOCKS];

	for (size_t i = 0; i < BLOCKS; i++)
		ratios[i] = sender->lanes[0].blocks[i] / sender->lanes[1].blocks[i];
	qsort(ratios, BLOCKS, sizeof(*ratios), by_size);
	printf("ratio %.4f\n", ratios[BLOCKS / 2]);
}

/* Until so many are sent on this lane. */
static void send_until(struct sender *sender, struct lane *lane, uint64_t end)
{
	uint64_t began = now(), before = lane->sent;

	while (lane->sent < end) {
		uint64_t left = end - lane->sent;

		lane->sent += send_batch(sender, lane, left < BATCH ? (unsigned int)left : BATCH);
		if (sender->rate)
			keep_pace(lane->sent - before, sender->rate, began);
	}
}

static void send_blocks(struct sender *sender)
{
	for (uint64_t i = 0; i < BLOCKS; i++)
		for (size_t j = 0; j < sender->nlanes; j++) {
			struct lane *lane = &sender->lanes[j];
			uint64_t began = now(), before = lane->sent;

			send_until(sender, lane, sender->count * (i + 1) / BLOCKS);
			lane->blocks[i] = (double)(now() - began) / (double)(lane->sent - before);
		}
}

static void send_all(struct sender *sender)
{
	bool in_blocks = sender->nlanes > 1 || (!sender->rate && sender->count >= BLOCKS * BATCH);
	uint64_t began = now();

	if (in_blocks)
		send_blocks(sender);
	else
		send_until(sender, &sender->lanes[0], sender->count);
	printf("sent %llu\nns %llu\n", (unsigned long long)sender->lanes[0].sent,
	       (unsigned long long)(now() - began));
	if (sender->nlanes > 1)
		tell_ratio(sender);
	if (in_blocks)
		tell_blocks("", sender->lanes[0].blocks);
	if (sender->nlanes > 1)
		tell_blocks("beside_", sender->lanes[1].blocks);
}

/* Not for receiving: protocol 0. */
static int open_socket(const char *interface)
{
	struct sockaddr_ll address = { .sll_family = AF_PACKET,
				       .sll_ifindex = (int)if_nametoindex(interface) };
	int fd = socket(AF_PACKET, SOCK_RAW, 0), one = 1;

	if (!address.sll_ifindex || fd < 0 ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		perror(interface);
		exit(1);
	}
	setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof(one));
	return fd;
}

static uint64_t argument(char **argv, int argc, int index, uint64_t otherwise)
{
	return index < argc ? strtoull(argv[index], NULL, 10) : otherwise;
}

int main(int argc, char **argv)
{
	static struct sender sender;

	if (argc < 3) {
		fprintf(stderr,
			"usage: packets INTERFACE[,BESIDE] COUNT [FLOWS [SIZE [A-SECOND [SPREAD]]]]\n");
		return 2;
	}
	alarm(ALARM);
	sender.count = argument(argv, argc, 2, 1);
	sender.flows = argument(argv, argc, 3, 1);
	sender.size = (uint32_t)argument(argv, argc, 4, 60);
	sender.rate = argument(argv, argc, 5, 0);
	sender.spread = argument(argv, argc, 6, 0);
	if (!sender.flows || sender.size < 60 || sender.size > SIZE_MAX_) {
		fprintf(stderr, "packets: at least one flow, and 60 to %d bytes\n", SIZE_MAX_);
		return 2;
	}
	for (char *name = strtok(argv[1], ","); name && sender.nlanes < 2; name = strtok(NULL, ","))
		sender.lanes[sender.nlanes++].fd = open_socket(name);
	if (sender.nlanes > 1 && sender.count < BLOCKS) {
		fprintf(stderr, "packets: at least %d packets for two interfaces\n", BLOCKS);
		return 2;
	}
	for (int i = 0; i < BATCH; i++)
		make_frame(sender.frames[i], sender.size);
	send_all(&sender);
	return 0;
}
