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

# A case that needs the whole sandbox.  Status 77 means: skipped, with the reason printed.
function(sentry_sandbox_case name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "COMMAND" ${ARGN})
  if(NOT SENTRY_SANDBOX_TESTS)
    return()
  endif()
  add_test(NAME ${name} COMMAND ${ARG_COMMAND} WORKING_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} SKIP_RETURN_CODE 77)
endfunction()

# sentry_syscall_tests(FOLDER ON_FILESYSTEMS FAMILY...): every .cc is a static program.  It runs natively and on each
# platform with its files on tmpfs; the families named also on the overlay and on a Gofer mount.
function(sentry_syscall_tests folder)
  cmake_parse_arguments(ARG "" "" "ON_FILESYSTEMS" ${ARGN})
  set(runner ${CMAKE_SOURCE_DIR}/tests/support/run_syscall_test.py)
  file(GLOB sources CONFIGURE_DEPENDS ${folder}/*.cc)
  foreach(source ${sources})
    get_filename_component(family ${source} NAME_WE)
    set(program syscall_${family})
    add_executable(${program} ${source})
    target_link_libraries(${program} PRIVATE test_support)
    target_link_options(${program} PRIVATE -static ${SENTRY_GUEST_LINK_OPTIONS})
    set(command ${runner} --family ${family} --binary $<TARGET_FILE:${program}>)
    add_test(NAME syscall.${family}.native COMMAND ${command} --platform native)
    set_tests_properties(syscall.${family}.native PROPERTIES TIMEOUT 60)
    set(filesystems tmpfs)
    if(family IN_LIST ARG_ON_FILESYSTEMS)
      list(APPEND filesystems overlay gofer)
    endif()
    foreach(platform ${SENTRY_PLATFORMS})
      foreach(fs ${filesystems})
        string(REGEX REPLACE "\\.tmpfs$" "" name syscall.${family}.${platform}.${fs})
        sentry_sandbox_case(${name} TIMEOUT 60
          COMMAND ${command} --platform ${platform} --fs ${fs} --sentry $<TARGET_FILE:sentry>)
      endforeach()
    endforeach()
  endforeach()
endfunction()
