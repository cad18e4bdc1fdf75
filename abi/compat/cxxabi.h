// libstdc++'s <cxxabi.h> makes the global name `abi` an alias of __cxxabiv1, and GoogleTest and
// Boost include it; our namespace abi could not exist beside them.  This header stands before
// libstdc++'s in the search path, gives the alias another name, and lets abi::__cxa_demangle and
// its like still be found.
#pragma once
#pragma GCC system_header

#define abi cxxabi_alias
#include_next <cxxabi.h>
#undef abi

namespace abi {
using namespace __cxxabiv1;
}
