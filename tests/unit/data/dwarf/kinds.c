/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Functions with parameters of all kinds, each called once with values that the test knows. Built
 * by several compilers with several options; the test stops the program at each function's first
 * instruction and looks for the values where the debug information says that they are.
 */
#include <complex.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OUT __attribute__((noinline, used))

volatile uint64_t sink;

typedef int32_t number;
typedef number another;
typedef const volatile another chained;
typedef char letter;

enum color { RED, GREEN = 5, BLUE = 200 };
enum level { LOW = -1, HIGH = 7 };

struct hidden;

struct inner {
	int x;
	char name[16];
	uint8_t mac[6];
	struct request *back;
};

struct request {
	uint64_t id;
	int fd;
	unsigned int low : 3;
	unsigned int high : 5;
	const char *path;
	struct inner inner;
	struct inner *next;
	struct hidden *hidden;
	union {
		int16_t small;
		struct {
			int32_t first;
			int32_t second;
		};
	};
	bool done;
	enum level level;
	double ratio;
	struct inner many[2];
	struct request *self;
	struct nowhere *nowhere;
	long double wide;
};

struct pair {
	int a;
	int b;
};
struct two {
	uint64_t a;
	uint64_t b;
};
struct mixed {
	double d;
	int64_t i;
};
struct floats {
	float a, b, c, d;
};
struct large {
	uint64_t a, b, c;
};
struct packed {
	char c;
	int64_t i;
} __attribute__((packed));
struct bits {
	unsigned int a : 4;
	unsigned int b : 28;
	float f;
};
struct string {
	char text[8];
};
struct holder {
	struct request *request;
	int n;
};
union either {
	double d;
	int32_t i;
};
struct empty {
};
struct huge {
	long double d;
};
typedef float four __attribute__((vector_size(16)));

OUT void integers(int8_t a, uint8_t b, int16_t c, uint16_t d, int32_t e, uint32_t f, int64_t g,
		  uint64_t h, char i, bool j)
{
	sink = (uint64_t)a + b + (uint64_t)c + d + (uint64_t)e + f + (uint64_t)g + h + (uint64_t)i +
	       j;
}

OUT void qualified(const int a, volatile int b, chained c, int *restrict d, const char *e,
		   const letter *const f, unsigned char *g, char *const volatile *h)
{
	sink = (uint64_t)a + (uint64_t)b + (uint64_t)c + (uint64_t)*d + (uint64_t)*e +
	       (uint64_t)*f + *g + (uint64_t) * *h;
}

OUT void shapes(char a[8], int b[][4], int (*c)(int), void *d, enum color e, enum level f)
{
	sink = (uint64_t)a[0] + (uint64_t)b[0][0] + (uint64_t)c + (uint64_t)d + e + (uint64_t)f;
}

OUT void floats(double a, int b, float c, int d, long double e, int f, int g, int h, int i, int j)
{
	sink = (uint64_t)(a + b + c + d + (double)e + f + g + h + i + j);
}

OUT void many_floats(double a, double b, double c, double d, double e, double f, double g, double h,
		     double i, int j, float k)
{
	sink = (uint64_t)(a + b + c + d + e + f + g + h + i + j + k);
}

OUT void structs(int a, struct pair b, struct two c, int d, struct two e, int f, int g)
{
	sink = (uint64_t)(a + b.a + b.b + d + f + g) + c.a + c.b + e.a + e.b;
}

OUT void more_structs(struct mixed a, struct floats b, struct large c, int d, union either e,
		      struct packed f, struct bits g, int h)
{
	sink = (uint64_t)(a.d + (double)a.i + b.a + b.d + d + h) + c.a + c.c + (uint64_t)e.i +
	       (uint64_t)f.i + g.b;
}

OUT void odd(struct empty a, int b, struct huge c, four d, _Complex float e, _Complex double f,
	     struct string g, struct holder h, int i)
{
	(void)a;
	sink = (uint64_t)(b + i + h.n) + (uint64_t)(double)c.d + (uint64_t)d[0] +
	       (uint64_t)crealf(e) + (uint64_t)creal(f) + (uint64_t)g.text[0] + h.request->id;
}

OUT void wide(int a, __int128 b, int c, int d)
{
	sink = (uint64_t)(a + c + d) + (uint64_t)b;
}

/* Where clang and the ABI differ. */
OUT void split(int a, int b, int c, int d, int e, __int128 f, int g, int h)
{
	sink = (uint64_t)(a + b + c + d + e + g + h) + (uint64_t)f;
}

OUT struct large returns_large(int a, int b)
{
	return (struct large){ (uint64_t)a, (uint64_t)b, sink };
}

OUT struct two returns_two(int a, int b)
{
	return (struct two){ (uint64_t)a, (uint64_t)b };
}

OUT struct huge returns_huge(int a, int b)
{
	return (struct huge){ a + b };
}

OUT _Complex long double returns_complex(int a)
{
	return a;
}

OUT int sum(int count, ...)
{
	va_list list;
	int all = 0;

	va_start(list, count);
	for (int i = 0; i < count; i++)
		all += va_arg(list, int);
	va_end(list);
	return all;
}

OUT const char *handle_request(struct request *request, int fd, struct large by_value,
			       struct hidden *hidden)
{
	sink = request->id + (uint64_t)fd + by_value.b + (uint64_t)hidden;
	return request->path;
}

OUT bool returns_bool(struct request **all)
{
	return all[0]->done;
}

OUT double returns_double(void)
{
	return (double)sink;
}

OUT enum level returns_level(int unused, int used)
{
	sink = (uint64_t)used;
	return HIGH;
}

struct hidden *hidden_make(void);

/* The variables are something else than what was passed, from the first instruction on. */
OUT int reassigned(int a, int b, int c)
{
	a = b;
	c = 5;
	return (int)(sink = (uint64_t)(a * b + c));
}

static OUT int reassigned_here(int a, int b, int c)
{
	a = b;
	c = 5;
	return (int)(sink = (uint64_t)(a * b + c));
}

/* Changed by the compiler where it optimises: nobody else calls it. */
static __attribute__((noinline)) int changed(int gone, struct pair *pair, int constant, int kept)
{
	sink += (uint64_t)(pair->a + constant + kept);
	return kept;
}

static struct request request, other;

static void fill(struct request *r)
{
	*r = (struct request){
		.id = 77,
		.fd = 12,
		.low = 2,
		.path = "/index",
		.inner = { .x = -4, .name = "inside", .mac = { 1, 2, 3, 4, 5, 6 }, .back = &other },
		.next = &other.inner,
		.hidden = hidden_make(),
		.first = -9,
		.second = 10,
		.done = true,
		.level = LOW,
		.ratio = 0.5,
		.self = r,
	};
	r->many[0].x = 31;
}

static void call_plain(void)
{
	static char text[] = "text", *pointer = text;
	static unsigned char byte = 4;
	static int number_of = 5, rows[1][4];
	void (*volatile integers_)(int8_t, uint8_t, int16_t, uint16_t, int32_t, uint32_t, int64_t,
				   uint64_t, char, bool) = integers;
	void (*volatile qualified_)(int, int, int, int *restrict, const char *, const letter *,
				    unsigned char *, char *const volatile *) = qualified;
	void (*volatile shapes_)(char *, int(*)[4], int (*)(int), void *, enum color, enum level) =
		shapes;
	void (*volatile floats_)(double, int, float, int, long double, int, int, int, int, int) =
		floats;
	void (*volatile many_)(double, double, double, double, double, double, double, double,
			       double, int, float) = many_floats;
	int (*volatile sum_)(int, ...) = sum;
	int (*volatile reassigned_)(int, int, int) = reassigned;
	int (*volatile here_)(int, int, int) = reassigned_here;

	integers_(-1, 200, -300, 60000, -70000, 4000000000U, -5000000000, 9000000000000000000U, 'c',
		  true);
	qualified_(1, 2, 3, &number_of, "five", "six", &byte, &pointer);
	shapes_(text, rows, NULL, NULL, BLUE, LOW);
	floats_(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
	many_(1, 2, 3, 4, 5, 6, 7, 8, 9.5, 10, 11.5f);
	sum_(3, 1, 2, 3);
	reassigned_(1, 2, 3);
	here_(1, 2, 3);
}

static void call_structs(void)
{
	void (*volatile structs_)(int, struct pair, struct two, int, struct two, int, int) =
		structs;
	void (*volatile more_)(struct mixed, struct floats, struct large, int, union either,
			       struct packed, struct bits, int) = more_structs;
	void (*volatile odd_)(struct empty, int, struct huge, four, _Complex float, _Complex double,
			      struct string, struct holder, int) = odd;
	void (*volatile wide_)(int, __int128, int, int) = wide;
	void (*volatile split_)(int, int, int, int, int, __int128, int, int) = split;
	struct holder holder = { &request, 8 };

	structs_(1, (struct pair){ 2, 3 }, (struct two){ 4, 5 }, 6, (struct two){ 7, 8 }, 9, 10);
	more_((struct mixed){ 1, 2 }, (struct floats){ 3, 4, 5, 6 }, (struct large){ 7, 8, 9 }, 10,
	      (union either){ .i = 11 }, (struct packed){ 'p', 12 }, (struct bits){ 1, 2, 3 }, 13);
	odd_((struct empty){}, 2, (struct huge){ 3 }, (four){ 4, 4, 4, 4 }, 5, 6,
	     (struct string){ "seven" }, holder, 9);
	wide_(1, 2, 3, 4);
	split_(1, 2, 3, 4, 5, 6, 7, 8);
}

int main(void)
{
	const char *(*volatile handle)(struct request *, int, struct large, struct hidden *) =
		handle_request;
	struct large (*volatile large)(int, int) = returns_large;
	struct two (*volatile two)(int, int) = returns_two;
	struct huge (*volatile huge)(int, int) = returns_huge;
	_Complex long double (*volatile complex_)(int) = returns_complex;
	bool (*volatile boolean)(struct request **) = returns_bool;
	double (*volatile real)(void) = returns_double;
	enum level (*volatile level)(int, int) = returns_level;
	struct request *all = &request;
	struct pair pair = { 20, 30 };

	fill(&request);
	fill(&other);
	call_plain();
	call_structs();
	handle(&request, 7, (struct large){ 1, 2, 3 }, request.hidden);
	large(1, 2);
	two(3, 4);
	huge(5, 6);
	complex_(7);
	boolean(&all);
	real();
	level(8, 9);
	pair.a += (int)sink & 1;
	changed(1, &pair, 40, (int)(sink % 1 + 50));
	return 0;
}
