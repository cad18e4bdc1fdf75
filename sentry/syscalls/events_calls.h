// The calls of pipes, event descriptors and readiness, for the table.
#pragma once

#include "abi/linux/epoll.h"
#include "abi/linux/poll.h"
#include "abi/linux/time.h"
#include "sentry/kernel/task.h"

namespace sentry {

// pipe.cc
Result<void> SysPipe(Task& task, UserPtr<int32_t> fds);
Result<void> SysPipe2(Task& task, UserPtr<int32_t> fds, uint32_t flags);

// event_files.cc
Result<FdNum> SysEventfd(Task& task, uint32_t count);
Result<FdNum> SysEventfd2(Task& task, uint32_t count, uint32_t flags);
Result<FdNum> SysTimerfdCreate(Task& task, int32_t clock, uint32_t flags);
Result<void> SysTimerfdSettime(Task& task, FdNum fd, uint32_t flags, UserPtr<abi::Itimerspec> value,
                               UserPtr<abi::Itimerspec> old);
Result<void> SysTimerfdGettime(Task& task, FdNum fd, UserPtr<abi::Itimerspec> value);

// epoll.cc
Result<FdNum> SysEpollCreate(Task& task, int32_t size);
Result<FdNum> SysEpollCreate1(Task& task, uint32_t flags);
Result<void> SysEpollCtl(Task& task, FdNum epfd, int32_t op, FdNum fd,
                         UserPtr<abi::EpollEvent> event);
Result<size_t> SysEpollWait(Task& task, FdNum fd, UserPtr<abi::EpollEvent> events, int32_t max,
                            int32_t timeout_ms);
Result<size_t> SysEpollPwait(Task& task, FdNum fd, UserPtr<abi::EpollEvent> events, int32_t max,
                             int32_t timeout_ms, UserPtr<abi::Sigset> mask, size_t mask_size);
Result<size_t> SysEpollPwait2(Task& task, FdNum fd, UserPtr<abi::EpollEvent> events, int32_t max,
                              UserPtr<abi::Timespec> timeout, UserPtr<abi::Sigset> mask,
                              size_t mask_size);

// inotify.cc
Result<FdNum> SysInotifyInit(Task& task);
Result<FdNum> SysInotifyInit1(Task& task, uint32_t flags);
Result<int32_t> SysInotifyAddWatch(Task& task, FdNum fd, UserPtr<const char> path, uint32_t mask);
Result<void> SysInotifyRmWatch(Task& task, FdNum fd, int32_t wd);

// poll.cc
Result<size_t> SysPoll(Task& task, UserPtr<abi::PollFd> fds, uint32_t count, int32_t timeout_ms);
Result<size_t> SysPpoll(Task& task, UserPtr<abi::PollFd> fds, uint32_t count,
                        UserPtr<abi::Timespec> timeout, UserPtr<abi::Sigset> mask,
                        size_t mask_size);

// select.cc
Result<size_t> SysSelect(Task& task, int32_t count, UserPtr<uint64_t> in, UserPtr<uint64_t> out,
                         UserPtr<uint64_t> except, UserPtr<abi::Timeval> timeout);
Result<size_t> SysPselect6(Task& task, int32_t count, UserPtr<uint64_t> in, UserPtr<uint64_t> out,
                           UserPtr<uint64_t> except, UserPtr<abi::Timespec> timeout,
                           UserPtr<abi::SigsetArgpack> mask_and_size);

// signalfd.cc
Result<FdNum> SysSignalfd(Task& task, FdNum fd, UserPtr<abi::Sigset> mask, size_t size);
Result<FdNum> SysSignalfd4(Task& task, FdNum fd, UserPtr<abi::Sigset> mask, size_t size,
                           uint32_t flags);

}  // namespace sentry
