# How tests are built and named.  Case names: check.*, unit.*, syscall.FAMILY.PLATFORM[.FILESYSTEM],
# integration.NAME.PLATFORM.USER, fuzz.NAME.
option(SENTRY_SANDBOX_TESTS "Run the cases that need the whole sandbox" OFF)
set(SENTRY_PLATFORMS notify ptrace)

# sentry_check(NAME SCRIPT): a check of the tree itself; status 77 means that a tool is missing.
function(sentry_check name script)
  add_test(NAME check.${name} COMMAND ${CMAKE_SOURCE_DIR}/scripts/${script})
  set_tests_properties(check.${name} PROPERTIES SKIP_RETURN_CODE 77 COST 1000)
endfunction()

# sentry_unit_tests(NAME FOLDER DEPS TARGET...): one program from all of tests/unit/FOLDER.
function(sentry_unit_tests name folder)
  cmake_parse_arguments(ARG "" "" "DEPS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/unit/${folder}/*.cc)
  if(NOT sources)
    return()
  endif()
  add_executable(${name} ${sources})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} GTest::gtest GTest::gmock GTest::gtest_main sentry_warnings)
  gtest_discover_tests(${name} TEST_PREFIX "unit." DISCOVERY_TIMEOUT 60)
endfunction()
