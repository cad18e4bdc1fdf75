# Language level, compiler cache, linker, hardening and sanitizers.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 17)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# The cache does not look at where the tree lies, so that a second checkout profits from the first.  Precompiled headers
# are looked up by their content, which these settings ask for.
find_program(CCACHE ccache)
if(CCACHE)
  set(launcher ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
    CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
endif()

# Halves the time of a clean build.  Off where people edit, so that a missing #include is seen.
option(SENTRY_PCH "Precompile the standard library's and the vocabulary's headers" OFF)
if(SENTRY_PCH AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-fpch-preprocess>)
endif()

# Again: most of what a source costs is the headers that its neighbours include too.  Off where people edit.
option(SENTRY_UNITY "Compile the sources of a folder some at a time, as one" OFF)

find_program(MOLD mold)
find_program(LLD ld.lld)
if(LLD)
  add_link_options(-fuse-ld=lld)
elseif(MOLD)
  add_link_options(-fuse-ld=mold)
endif()

set(SENTRY_SANITIZE "" CACHE STRING "address or thread: build with that sanitizer")
if(SENTRY_SANITIZE STREQUAL "address")
  # vptr asks by a pipe whether memory can be read: where descriptors run out it reports what is not there.
  add_compile_options(-fsanitize=address,undefined -fno-sanitize=vptr -fno-sanitize-recover=undefined
    -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
elseif(SENTRY_SANITIZE STREQUAL "thread")
  add_compile_options(-fsanitize=thread -fno-omit-frame-pointer)
  add_link_options(-fsanitize=thread)
endif()

option(SENTRY_FUZZ "Build the fuzzers and what they need, with clang's coverage instrumentation" OFF)
if(SENTRY_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

# The product is one static binary; sanitizers need the dynamic loader.
set(SENTRY_STATIC ON)
if(SENTRY_SANITIZE)
  set(SENTRY_STATIC OFF)
endif()

set(CMAKE_POSITION_INDEPENDENT_CODE ON)
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  add_compile_options(-fstack-protector-strong -fcf-protection=full -ftrivial-auto-var-init=zero
    -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -ffunction-sections -fdata-sections)
  add_compile_definitions(_GLIBCXX_ASSERTIONS)
  add_link_options(-Wl,-z,relro,-z,now -Wl,--gc-sections)
endif()
