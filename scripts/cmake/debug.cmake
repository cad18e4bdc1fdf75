# For a debugger: no optimisation, full debug information, lock ranks verified.
set(CMAKE_BUILD_TYPE "Debug" CACHE STRING "")
