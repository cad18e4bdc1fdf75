# For working on the code: fast to compile, line numbers in backtraces.
set(CMAKE_BUILD_TYPE "None" CACHE STRING "")
set(CMAKE_CXX_FLAGS "-O1 -g1" CACHE STRING "")
set(CMAKE_C_FLAGS "-O1 -g1" CACHE STRING "")
