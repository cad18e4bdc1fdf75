# Warnings that every target of ours is built with.
add_library(sentry_warnings INTERFACE)
target_compile_options(sentry_warnings INTERFACE -Wall -Wextra -Wshadow -Werror
  $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CXX_COMPILER_ID:Clang>>:-Wthread-safety -Wthread-safety-beta>)
