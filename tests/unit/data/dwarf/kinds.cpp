/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* As kinds.c, with what only C++ has. */
#include <cstddef>
#include <cstdint>

#define OUT __attribute__((noinline, used))

volatile uint64_t sink;

struct trivial {
	int a, b;
};
struct owns {
	int a;
	owns(int value) : a(value)
	{
	}
	owns(const owns &other) : a(other.a)
	{
	}
};
struct dies {
	int a;
	~dies()
	{
		sink = sink + 1;
	}
};
struct contains {
	owns inside;
};
struct derives : dies {
	int b;
};
struct moves {
	int a;
	moves(int value) : a(value)
	{
	}
	moves(moves &&other) noexcept : a(other.a)
	{
	}
};
struct defaulted {
	int a;
	defaulted() = default;
	defaulted(const defaulted &) = default;
	~defaulted() = default;
};
struct nothing {
};
template <class T> struct box {
	T value;
	box(T v) : value(v)
	{
	}
	box(const box &other) : value(other.value)
	{
	}
};

namespace space
{
enum class kind : uint8_t { first = 1, last = 200 };

struct base {
	virtual ~base()
	{
	}
	int in_base = 41;
};
struct second {
	int in_second = 42;
};
struct virtual_base {
	int in_virtual = 43;
};
class widget : public base, public second
{
    public:
	struct part;
	OUT int method(int value, kind which);
	OUT static int not_method(int value);
	OUT owns returns_owner(int value);
	OUT virtual int changes(int value) const;
	int own = 44;
	part *detail = nullptr;
	static int shared;
};
struct diamond : virtual virtual_base {
	int in_diamond = 45;
};

struct widget::part {
	int depth = 46;
};

int widget::shared = 5;

int widget::method(int value, kind which)
{
	sink = sink + static_cast<uint64_t>(value + own) + static_cast<uint64_t>(which);
	return value;
}

int widget::not_method(int value)
{
	sink = sink + static_cast<uint64_t>(value);
	return value;
}

owns widget::returns_owner(int value)
{
	sink = sink + static_cast<uint64_t>(value);
	return owns(value + own);
}

int widget::changes(int value) const
{
	return value + own;
}
} // namespace space

namespace
{
struct unnamed {
	int a;
};
OUT int local_function(unnamed *self, int value)
{
	sink = sink + static_cast<uint64_t>(self->a);
	return value;
}
} // namespace

OUT void classes(trivial a, owns b, dies c, contains d, int e, derives f, moves g, defaulted h,
		 nothing i, box<int> j, int k)
{
	(void)i;
	sink = static_cast<uint64_t>(a.a + b.a + c.a + d.inside.a + e + f.b + g.a + h.a + j.value + k);
}

OUT void references(const int &a, space::widget &b, space::widget &&c,
		    int (space::widget::*f)(int, space::kind), int g, std::nullptr_t d,
		    int space::widget::*e, int h)
{
	sink = static_cast<uint64_t>(a + b.own + c.own + g + h + (d == nullptr) + (e != nullptr) +
				     (f != nullptr));
}

OUT void characters(char8_t a, char16_t b, char32_t c, wchar_t d, signed char e, bool f)
{
	sink = static_cast<uint64_t>(a + b + c + d + e + f);
}

OUT void diamonds(space::diamond *a)
{
	sink = static_cast<uint64_t>(a->in_diamond);
}

template <class... Arguments> OUT int pack(Arguments... args)
{
	sink = sink + (static_cast<uint64_t>(args) + ...);
	return 1;
}

int main()
{
	auto classes_ = +[](int) {};
	void (*volatile call_classes)(trivial, owns, dies, contains, int, derives, moves, defaulted,
				      nothing, box<int>, int) = classes;
	void (*volatile call_references)(const int &, space::widget &, space::widget &&,
					 int (space::widget::*)(int, space::kind), int,
					 std::nullptr_t, int space::widget::*, int) = references;
	void (*volatile call_characters)(char8_t, char16_t, char32_t, wchar_t, signed char, bool) =
		characters;
	void (*volatile call_diamonds)(space::diamond *) = diamonds;
	int (*volatile call_pack)(int, long) = pack<int, long>;
	int (*volatile call_local)(unnamed *, int) = local_function;
	space::widget widget, other;
	space::widget *volatile hidden = &widget;
	space::widget::part part;
	space::diamond diamond;
	unnamed local = { 90 };
	derives derived;
	defaulted plain;
	int number = 1;

	classes_(0);
	derived.a = 61;
	derived.b = 62;
	plain.a = 8;
	widget.detail = &part;
	call_classes(trivial{ 1, 2 }, owns(3), dies{ 4 }, contains{ owns(5) }, 6, derived, moves(7),
		     plain, nothing(), box<int>(9), 10);
	call_references(number, widget, static_cast<space::widget &&>(other),
			&space::widget::method, 7, nullptr, &space::widget::own, 8);
	call_characters(u8'a', u'b', U'c', L'd', 'e', true);
	call_diamonds(&diamond);
	call_pack(71, 72);
	call_local(&local, 91);
	hidden->method(11, space::kind::last);
	space::widget::not_method(12);
	hidden->returns_owner(13);
	hidden->changes(14);
	return 0;
}
