// The assertions that the abi_check files are made of.
#pragma once

#include <cstddef>
#include <type_traits>

// Same size, and nothing that memcpy would break.
#define ABI_SIZE(ours, theirs)                                                   \
  static_assert(sizeof(ours) == sizeof(theirs), #ours " differs from " #theirs); \
  static_assert(__is_trivially_copyable(ours), #ours " is not trivially copyable")

#define ABI_OFFSET(ours, field, theirs, their_field)                    \
  static_assert(offsetof(ours, field) == offsetof(theirs, their_field), \
                #ours "." #field " is not where " #theirs " has its own")

#define ABI_FIELD(ours, field, theirs, their_field)                     \
  ABI_OFFSET(ours, field, theirs, their_field);                         \
  static_assert(sizeof(static_cast<ours*>(nullptr)->field) ==           \
                    sizeof(static_cast<theirs*>(nullptr)->their_field), \
                #ours "." #field " has another size")

// Equal in the bits of our type: Linux writes many flags as int, and we as uint32_t.
#define ABI_SAME(ours, theirs)                                                    \
  static_assert(ours == static_cast<std::remove_const_t<decltype(ours)>>(theirs), \
                #ours " differs from " #theirs)
