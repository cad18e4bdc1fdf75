// ustat(2).
#pragma once

#include <cstdint>

namespace abi {

struct Ustat {
  int32_t f_tfree;
  int32_t pad;
  uint64_t f_tinode;
  char f_fname[6];
  char f_fpack[6];
  int32_t tail;
};
static_assert(sizeof(Ustat) == 32);

}  // namespace abi
