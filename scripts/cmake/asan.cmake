# AddressSanitizer and UndefinedBehaviorSanitizer.
set(CMAKE_BUILD_TYPE "Debug" CACHE STRING "")
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1" CACHE STRING "")
set(CMAKE_C_FLAGS_DEBUG "-O1 -g1" CACHE STRING "")
set(SENTRY_SANITIZE "address" CACHE STRING "")
set(SENTRY_PCH ON CACHE BOOL "")
