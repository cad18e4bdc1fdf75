# Warnings that every target of ours is built with.
add_library(sentry_warnings INTERFACE)
target_compile_options(sentry_warnings INTERFACE -Wall -Wextra -Werror
  # A constructor's parameter may bear its member's name; g++ needs to be told, clang++ knows.
  $<$<CXX_COMPILER_ID:GNU>:-Wshadow=local>
  # g++ 12 takes the value in a Result for uninitialized on the path where TRY has returned.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>
  $<$<CXX_COMPILER_ID:Clang>:-Wshadow>
  $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CXX_COMPILER_ID:Clang>>:-Wthread-safety -Wthread-safety-beta>)
