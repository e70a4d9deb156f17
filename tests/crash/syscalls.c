/* Ends its process at the n-th call that writes a file or talks to the network: before it, in the midst of it (half of
 * what was to be written is), or after it. Preloaded (LD_PRELOAD), it stands before libc's own functions; nothing
 * happens until crash_arm() gives it an order. What goes to standard output and error does not count. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum how { BEFORE, MIDWAY, AFTER };

struct order {
    long at;    /* the call to die at; 0: only count */
    long how;   /* one of enum how */
    long count; /* calls so far */
    char name[24];
};

static struct order *order;

void crash_arm(struct order *given) { order = given; }

static void die(void)
{
    syscall(SYS_kill, syscall(SYS_getpid), SIGKILL);
    for (;;)
        pause();
}

/* Counts a call; whether it is the one to die at. */
static int is_due(const char *name)
{
    if (!order || __atomic_add_fetch(&order->count, 1, __ATOMIC_SEQ_CST) != order->at)
        return 0;
    strncpy(order->name, name, sizeof order->name - 1);
    if (order->how == BEFORE)
        die();
    return 1;
}

#define STAND_BEFORE(type, name, parameters, counted, whole, midway)                                                   \
    type name parameters                                                                                               \
    {                                                                                                                  \
        static type(*real) parameters;                                                                                 \
        if (!real)                                                                                                     \
            real = dlsym(RTLD_NEXT, #name);                                                                            \
        if (!(counted) || !is_due(#name))                                                                              \
            return real whole;                                                                                         \
        if (order->how == MIDWAY)                                                                                      \
            real midway;                                                                                               \
        else                                                                                                           \
            real whole;                                                                                                \
        die();                                                                                                         \
        return 0;                                                                                                      \
    }

#define WHOLE_ONLY(type, name, parameters, counted, whole) STAND_BEFORE(type, name, parameters, counted, whole, whole)

STAND_BEFORE(ssize_t, write, (int fd, const void *data, size_t size), fd > 2, (fd, data, size), (fd, data, size / 2))
STAND_BEFORE(ssize_t, pwrite64, (int fd, const void *data, size_t size, off64_t at), fd > 2, (fd, data, size, at),
             (fd, data, size / 2, at))
STAND_BEFORE(ssize_t, pwrite, (int fd, const void *data, size_t size, off_t at), fd > 2, (fd, data, size, at),
             (fd, data, size / 2, at))
STAND_BEFORE(ssize_t, send, (int fd, const void *data, size_t size, int flags), 1, (fd, data, size, flags),
             (fd, data, size / 2, flags))
STAND_BEFORE(ssize_t, sendto,
             (int fd, const void *data, size_t size, int flags, const struct sockaddr *to, socklen_t length), 1,
             (fd, data, size, flags, to, length), (fd, data, size / 2, flags, to, length))
WHOLE_ONLY(ssize_t, writev, (int fd, const struct iovec *parts, int count), fd > 2, (fd, parts, count))
WHOLE_ONLY(ssize_t, sendmsg, (int fd, const struct msghdr *message, int flags), 1, (fd, message, flags))
WHOLE_ONLY(int, connect, (int fd, const struct sockaddr *to, socklen_t length), 1, (fd, to, length))
WHOLE_ONLY(ssize_t, recv, (int fd, void *data, size_t size, int flags), 1, (fd, data, size, flags))
WHOLE_ONLY(ssize_t, recvfrom,
           (int fd, void *data, size_t size, int flags, struct sockaddr *from, socklen_t *length), 1,
           (fd, data, size, flags, from, length))
WHOLE_ONLY(ssize_t, recvmsg, (int fd, struct msghdr *message, int flags), 1, (fd, message, flags))
WHOLE_ONLY(int, shutdown, (int fd, int side), 1, (fd, side))
WHOLE_ONLY(int, fsync, (int fd), 1, (fd))
WHOLE_ONLY(int, fdatasync, (int fd), 1, (fd))
WHOLE_ONLY(int, ftruncate, (int fd, off_t size), 1, (fd, size))
WHOLE_ONLY(int, ftruncate64, (int fd, off64_t size), 1, (fd, size))
WHOLE_ONLY(int, unlink, (const char *path), 1, (path))
WHOLE_ONLY(int, rename, (const char *from, const char *to), 1, (from, to))
