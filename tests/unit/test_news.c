/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* News of plugin folders: the queue of what is to be looked at, and the words of the child that looks. */
#include "control/news_look.h"
#include "control/news_queue.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static int add(struct news_queue *queue, enum folder_news news, const char *file)
{
	const struct news_task task = { .folder = 1, .news = news, .file = (char *)file };

	return news_queue_add(queue, &task);
}

static void test_queue(void **state)
{
	struct news_queue queue = { 0 };

	(void)state;
	assert_int_equal(add(&queue, FOLDER_MADE, "a.so"), 0);
	assert_int_equal(add(&queue, FOLDER_WHOLE, "a.so"), 0);
	assert_int_equal(add(&queue, FOLDER_WHOLE, "a.so"), 0);
	assert_int_equal(queue.count, 2);
	assert_int_equal(add(&queue, FOLDER_WHOLE, "b.so"), 0);
	assert_int_equal(queue.count, 3);
	/* The child may have looked at it before it was written once more. */
	queue.given = queue.count;
	assert_int_equal(add(&queue, FOLDER_WHOLE, "b.so"), 0);
	assert_int_equal(queue.count, 4);
	assert_string_equal(queue.tasks[3].file, "b.so");
	assert_int_equal(queue.tasks[3].folder, 1);
	news_queue_clear(&queue);
	assert_int_equal(queue.count + queue.done + queue.given, 0);
	news_queue_free(&queue);
}

static void test_queue_is_bounded(void **state)
{
	struct news_queue queue = { 0 };
	char name[16];

	(void)state;
	for (unsigned int i = 0; i < NEWS_QUEUE_MAX; i++) {
		snprintf(name, sizeof(name), "%u.so", i);
		assert_int_equal(add(&queue, FOLDER_WHOLE, name), 0);
	}
	assert_int_equal(add(&queue, FOLDER_WHOLE, "more.so"), -E2BIG);
	assert_int_equal(queue.count, NEWS_QUEUE_MAX);
	news_queue_free(&queue);
}

/* As it comes from a child: of that many bytes, all of which are the last one's. */
static int hear(int fds[2], struct news_word *word, size_t size, struct news_word *ret_heard)
{
	assert_int_equal(send(fds[0], word, size, 0), size);
	memset(ret_heard, 0xff, sizeof(*ret_heard));
	return news_hear(fds[1], ret_heard);
}

static void test_words(void **state)
{
	const size_t head = offsetof(struct news_word, text);
	struct news_word word = { .kind = NEWS_BAD, .watch = 3, .text = "why" }, heard;
	int fds[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds), 0);
	assert_int_equal(news_hear(fds[1], &heard), 0);
	assert_int_equal(hear(fds, &word, head + 4, &heard), 1);
	assert_int_equal(heard.watch, 3);
	assert_string_equal(heard.text, "why");
	/* Without an end, and cut short. */
	assert_int_equal(hear(fds, &word, head + 3, &heard), 1);
	assert_string_equal(heard.text, "wh");
	assert_int_equal(hear(fds, &word, head, &heard), -EBADMSG);
	assert_int_equal(hear(fds, &word, 1, &heard), -EBADMSG);
	memset(word.text, 'x', sizeof(word.text));
	assert_int_equal(hear(fds, &word, sizeof(word), &heard), 1);
	assert_int_equal(strlen(heard.text), sizeof(word.text) - 1);
	word.kind = NEWS_BAD + 1;
	assert_int_equal(hear(fds, &word, sizeof(word), &heard), -EBADMSG);
	close(fds[0]);
	assert_int_equal(news_hear(fds[1], &heard), 0);
	close(fds[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_queue),
		cmocka_unit_test(test_queue_is_bounded),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
