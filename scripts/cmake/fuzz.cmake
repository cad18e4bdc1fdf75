# libFuzzer with AddressSanitizer and UndefinedBehaviorSanitizer: `scripts/dev fuzz`.
set(CMAKE_C_COMPILER "clang" CACHE STRING "")
set(CMAKE_CXX_COMPILER "clang++" CACHE STRING "")
set(CMAKE_BUILD_TYPE "Debug" CACHE STRING "")
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1" CACHE STRING "")
set(CMAKE_C_FLAGS_DEBUG "-O1 -g1" CACHE STRING "")
set(SENTRY_SANITIZE "address" CACHE STRING "")
set(SENTRY_FUZZ ON CACHE BOOL "")
set(SENTRY_PCH ON CACHE BOOL "")
