# Clang, for its thread-safety analysis and clang-tidy: `scripts/dev lint`.
set(CMAKE_C_COMPILER "clang" CACHE STRING "")
set(CMAKE_CXX_COMPILER "clang++" CACHE STRING "")
set(CMAKE_BUILD_TYPE "Debug" CACHE STRING "")
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g0" CACHE STRING "")
set(CMAKE_C_FLAGS_DEBUG "-O0 -g0" CACHE STRING "")
