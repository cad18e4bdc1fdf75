# What users get: optimised and hardened.
set(CMAKE_BUILD_TYPE "Release" CACHE STRING "")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1" CACHE STRING "")
set(CMAKE_C_FLAGS_RELEASE "-O2 -g1" CACHE STRING "")
set(SENTRY_PCH ON CACHE BOOL "")
