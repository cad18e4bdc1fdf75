// keyctl(2): numbers only.
#pragma once

#include <cstdint>

namespace abi {

inline constexpr int32_t kKeySpecThreadKeyring = -1;
inline constexpr int32_t kKeySpecProcessKeyring = -2;
inline constexpr int32_t kKeySpecSessionKeyring = -3;
inline constexpr int32_t kKeySpecUserKeyring = -4;
inline constexpr int32_t kKeySpecUserSessionKeyring = -5;
inline constexpr int32_t kKeyctlGetKeyringId = 0;
inline constexpr int32_t kKeyctlJoinSessionKeyring = 1;
inline constexpr int32_t kKeyctlUpdate = 2;
inline constexpr int32_t kKeyctlRevoke = 3;
inline constexpr int32_t kKeyctlChown = 4;
inline constexpr int32_t kKeyctlSetperm = 5;
inline constexpr int32_t kKeyctlDescribe = 6;
inline constexpr int32_t kKeyctlClear = 7;
inline constexpr int32_t kKeyctlLink = 8;
inline constexpr int32_t kKeyctlUnlink = 9;
inline constexpr int32_t kKeyctlSearch = 10;
inline constexpr int32_t kKeyctlRead = 11;
inline constexpr int32_t kKeyctlInstantiate = 12;
inline constexpr int32_t kKeyctlNegate = 13;
inline constexpr int32_t kKeyctlSetReqkeyKeyring = 14;
inline constexpr int32_t kKeyctlSetTimeout = 15;
inline constexpr int32_t kKeyctlAssumeAuthority = 16;
inline constexpr int32_t kKeyctlGetSecurity = 17;
inline constexpr int32_t kKeyctlSessionToParent = 18;
inline constexpr int32_t kKeyctlReject = 19;
inline constexpr int32_t kKeyctlInstantiateIov = 20;
inline constexpr int32_t kKeyctlInvalidate = 21;
inline constexpr int32_t kKeyctlGetPersistent = 22;
inline constexpr int32_t kKeyctlCapabilities = 31;

}  // namespace abi
