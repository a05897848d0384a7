/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "confine/refusal.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <ucontext.h>

#define REFUSAL_CALLS_MAX 1024
/* SYS_SECCOMP of include/uapi/asm-generic/siginfo.h, which the C library leaves out. */
#define REFUSAL_SECCOMP 1

/* A signal handler is given nothing of ours, so what it needs stands here. */
static struct {
	struct confine_refusal_tell tell;
	bool told[REFUSAL_CALLS_MAX];
} refusal;

/* The kernel did not make the call; what it returns is ours to say. */
static uint32_t refusal_answer(ucontext_t *context)
{
	uint32_t argument;

#if defined(__x86_64__)
	argument = (uint32_t)context->uc_mcontext.gregs[REG_RDI];
	context->uc_mcontext.gregs[REG_RAX] = -EPERM;
#elif defined(__aarch64__)
	argument = (uint32_t)context->uc_mcontext.regs[0];
	context->uc_mcontext.regs[0] = (unsigned long)-EPERM;
#else
#error "which register holds what a system call returns?"
#endif
	return argument;
}

static void refusal_handle(int signal, siginfo_t *info, void *context)
{
	int call = info->si_syscall, saved = errno;
	uint32_t argument;

	/* Somebody sent it: it means what it means without us. */
	if (info->si_code != REFUSAL_SECCOMP) {
		refusal.tell.sent(refusal.tell.ctx, info->si_pid);
		(void)sigaction(signal, &(struct sigaction){ .sa_handler = SIG_DFL }, NULL);
		raise(signal);
		return;
	}
	argument = refusal_answer(context);
	if (call >= 0 && call < REFUSAL_CALLS_MAX &&
	    !__atomic_exchange_n(&refusal.told[call], true, __ATOMIC_RELAXED))
		refusal.tell.refused(refusal.tell.ctx, call, argument);
	errno = saved;
}

int confine_on_refusal(const struct confine_refusal_tell *tell)
{
	struct sigaction action = { .sa_sigaction = refusal_handle, .sa_flags = SA_SIGINFO };
	sigset_t refused;

	refusal.tell = *tell;
	/* A plugin may have left it blocked, and the kernel ends who blocks the signal of a refusal. */
	sigemptyset(&refused);
	sigaddset(&refused, SIGSYS);
	if (sigaction(SIGSYS, &action, NULL) < 0 || sigprocmask(SIG_UNBLOCK, &refused, NULL) < 0)
		return -errno;
	return 0;
}
