#include "runtime/watch/watch_notify.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <event2/event.h>

#include "runtime/base/alloc.h"

#define ROOM 65536

struct watch_notify {
	int fd;
	struct event *readable;
	const struct watch_notify_events *events;
	void *arg;
};

static const uint32_t masks[] = {
	[WATCH_NOTIFY_ALL] = IN_CLOSE_WRITE | IN_MOVE | IN_CREATE | IN_DELETE |
	    IN_MOVE_SELF | IN_DELETE_SELF | IN_ATTRIB,
	[WATCH_NOTIFY_PLACES] = IN_MOVE | IN_CREATE | IN_DELETE | IN_MOVE_SELF |
	    IN_DELETE_SELF,
	[WATCH_NOTIFY_MOVES] = IN_MOVE_SELF | IN_DELETE_SELF,
};

static const struct {
	uint32_t theirs;
	unsigned ours;
} meanings[] = {
	{ IN_CLOSE_WRITE | IN_MOVED_TO, WATCH_NOTIFY_WRITTEN },
	{ IN_CREATE, WATCH_NOTIFY_MADE },
	{ IN_DELETE | IN_MOVED_FROM, WATCH_NOTIFY_GONE },
	{ IN_MOVE_SELF | IN_DELETE_SELF, WATCH_NOTIFY_SELF },
	{ IN_IGNORED | IN_UNMOUNT, WATCH_NOTIFY_SELF | WATCH_NOTIFY_ENDED },
	{ IN_ATTRIB, WATCH_NOTIFY_RIGHTS },
	{ IN_ISDIR, WATCH_NOTIFY_FOLDER },
};

static void
deliver(struct watch_notify *notify, const struct inotify_event *event)
{
	unsigned what = 0;

	if (event->mask & IN_Q_OVERFLOW) {
		notify->events->lost(notify->arg);
		return;
	}
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if (event->mask & meanings[i].theirs)
			what |= meanings[i].ours;
	notify->events->entry(
	    notify->arg, event->wd, event->len > 0 ? event->name : "", what);
}

/* Reads what is there, once: libevent calls again for the rest. */
static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	static char room[ROOM]
	    __attribute__((aligned(__alignof__(struct inotify_event))));
	struct watch_notify *notify = arg;
	const ssize_t got = read(fd, room, sizeof(room));

	(void)what;
	for (ssize_t at = 0; at < got;) {
		const struct inotify_event *event = (const void *)(room + at);

		at += (ssize_t)(sizeof(*event) + event->len);
		deliver(notify, event);
	}
}

struct watch_notify *
watch_notify_new(struct event_base *base,
    const struct watch_notify_events *events, void *arg, struct error *err)
{
	struct watch_notify *notify = xcalloc(1, sizeof(*notify));

	notify->events = events;
	notify->arg = arg;
	notify->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (notify->fd < 0) {
		error_set(err, "inotify: %s%s", strerror(errno),
		    errno == EMFILE ? "; raise fs.inotify.max_user_instances"
				    : "");
		goto fail;
	}
	notify->readable = event_new(
	    base, notify->fd, EV_READ | EV_PERSIST, on_readable, notify);
	if (notify->readable == NULL ||
	    event_add(notify->readable, NULL) != 0) {
		error_set(err, "inotify: cannot watch its descriptor");
		goto fail;
	}
	return notify;

fail:
	watch_notify_free(notify);
	return NULL;
}

void
watch_notify_free(struct watch_notify *notify)
{
	if (notify == NULL)
		return;
	if (notify->readable != NULL)
		event_free(notify->readable);
	if (notify->fd >= 0)
		close(notify->fd);
	free(notify);
}

int
watch_notify_add(
    struct watch_notify *notify, const char *path, enum watch_notify_mask mask)
{
	const int wd = inotify_add_watch(
	    notify->fd, path, masks[mask] | IN_ONLYDIR | IN_MASK_ADD);

	return wd >= 0 ? wd : -errno;
}

bool
watch_notify_is_limit(int error)
{
	return error == -ENOSPC || error == -ENOMEM;
}

void
watch_notify_remove(struct watch_notify *notify, int wd)
{
	inotify_rm_watch(notify->fd, wd);
}

/*
 * A lease is refused while there is a writer.  One who comes before it is
 * given back waits that long, and we are sent a signal that does nothing.
 */
bool
watch_notify_has_writer(const char *path)
{
	const int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	bool refused;

	if (fd < 0)
		return false;
	refused = fcntl(fd, F_SETSIG, SIGURG) == 0 &&
	    fcntl(fd, F_SETLEASE, F_RDLCK) != 0 && errno == EAGAIN;
	close(fd);
	return refused;
}

const char *
watch_notify_blind(int fd)
{
	static const struct {
		uint32_t type;
		const char *name;
	} blind[] = {
		{ 0x6969, "NFS" },
		{ 0x517b, "SMB" },
		{ 0xff534d42, "CIFS" },
		{ 0xfe534d42, "SMB" },
		{ 0x01021997, "9p" },
		{ 0x65735546, "FUSE or virtiofs" },
		{ 0x786f4256, "vboxsf" },
		{ 0xbacbacbc, "vmhgfs" },
		{ 0x7c7c6673, "prl_fs" },
		{ 0x00c36400, "Ceph" },
		{ 0x0bd00bd0, "Lustre" },
		{ 0x47504653, "GPFS" },
		{ 0x5346414f, "AFS" },
	};
	struct statfs fs;

	if (fstatfs(fd, &fs) != 0)
		return NULL;
	for (size_t i = 0; i < sizeof(blind) / sizeof(blind[0]); i++)
		if ((uint32_t)fs.f_type == blind[i].type)
			return blind[i].name;
	return NULL;
}
