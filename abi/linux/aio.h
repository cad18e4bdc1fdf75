// io_setup(2), io_submit(2), io_getevents(2).
#pragma once

#include <cstdint>

namespace abi {

struct Iocb {
  uint64_t aio_data;
  uint32_t aio_key;
  int32_t aio_rw_flags;
  uint16_t aio_lio_opcode;
  int16_t aio_reqprio;
  uint32_t aio_fildes;
  uint64_t aio_buf;
  uint64_t aio_nbytes;
  int64_t aio_offset;
  uint64_t reserved2;
  uint32_t aio_flags;
  uint32_t aio_resfd;
};

struct IoEvent {
  uint64_t data;
  uint64_t obj;
  int64_t res;
  int64_t res2;
};
inline constexpr uint16_t kIocbCmdPread = 0;
inline constexpr uint16_t kIocbCmdPwrite = 1;
inline constexpr uint16_t kIocbCmdFsync = 2;
inline constexpr uint16_t kIocbCmdFdsync = 3;
inline constexpr uint16_t kIocbCmdPoll = 5;
inline constexpr uint16_t kIocbCmdNoop = 6;
inline constexpr uint16_t kIocbCmdPreadv = 7;
inline constexpr uint16_t kIocbCmdPwritev = 8;
inline constexpr uint32_t kIocbFlagResfd = 0x1;
inline constexpr uint32_t kIocbFlagIoprio = 0x2;

}  // namespace abi
