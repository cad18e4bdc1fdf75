# Targets follow folders: every .cc file of a folder belongs to its library, found by glob.
include(CMakeParseArguments)

function(sentry_headers name folder)
  add_library(${name} INTERFACE)
  target_include_directories(${name} INTERFACE ${CMAKE_SOURCE_DIR})
endfunction()

# sentry_abi_check(NAME FOLDER): objects that nothing links; building them is the check.
function(sentry_abi_check name folder)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${folder}/*.cc)
  add_library(${name} OBJECT ${sources})
  target_link_libraries(${name} PRIVATE abi sentry_warnings)
  target_compile_options(${name} PRIVATE -Wconversion)
endfunction()

# What nearly every source of ours includes.
set(SENTRY_COMMON_HEADERS <algorithm> <array> <atomic> <cstdint> <cstring> <map> <memory> <mutex> <optional> <span> <string>
  <string_view> <unordered_map> <utility> <vector> ${CMAKE_SOURCE_DIR}/platform/base/fd.h
  ${CMAKE_SOURCE_DIR}/platform/base/ref.h ${CMAKE_SOURCE_DIR}/platform/base/result.h)

# sentry_precompile(TARGET HEADER...): where it pays, which is from a handful of sources on.
function(sentry_precompile target)
  get_target_property(sources ${target} SOURCES)
  list(LENGTH sources count)
  if(SENTRY_PCH AND count GREATER 5)
    target_precompile_headers(${target} PRIVATE ${ARGN})
  endif()
endfunction()

# sentry_unite(TARGET): eight sources of a folder as one; more would keep one core waiting at the end.  By folder, so
# that a new source moves its neighbours only.
function(sentry_unite target)
  if(NOT SENTRY_UNITY)
    return()
  endif()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
  # What g++ 12 only imagines when it has put strings together across sources.
  target_compile_options(${target} PRIVATE
    "$<$<CXX_COMPILER_ID:GNU>:-Wno-array-bounds;-Wno-stringop-overflow;-Wno-stringop-overread;-Wno-restrict>")
  get_target_property(sources ${target} SOURCES)
  list(SORT sources)
  set(last "")
  foreach(source ${sources})
    get_filename_component(folder ${source} DIRECTORY)
    if(NOT folder STREQUAL last)
      set(place 0)
      set(last ${folder})
    endif()
    math(EXPR group "${place} / 8")
    math(EXPR place "${place} + 1")
    file(RELATIVE_PATH name ${CMAKE_SOURCE_DIR} ${folder})
    string(REPLACE "/" "_" name ${name})
    set_source_files_properties(${source} PROPERTIES UNITY_GROUP ${name}_${group})
  endforeach()
endfunction()

# sentry_library(NAME FOLDER... [RECURSE] [EXCLUDE FOLDER...] [DEPS TARGET...])
function(sentry_library name)
  cmake_parse_arguments(ARG "RECURSE" "" "DEPS;EXCLUDE" ${ARGN})
  set(sources)
  foreach(folder ${ARG_UNPARSED_ARGUMENTS})
    if(ARG_RECURSE)
      file(GLOB_RECURSE found CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${folder}/*.cc)
    else()
      file(GLOB found CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${folder}/*.cc)
    endif()
    list(APPEND sources ${found})
  endforeach()
  foreach(folder ${ARG_EXCLUDE})
    list(FILTER sources EXCLUDE REGEX "^${CMAKE_SOURCE_DIR}/${folder}/")
  endforeach()
  list(FILTER sources EXCLUDE REGEX "/main\\.cc$")
  if(sources)
    add_library(${name} STATIC ${sources})
    target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR})
    target_link_libraries(${name} PUBLIC ${ARG_DEPS} PRIVATE sentry_warnings)
    sentry_precompile(${name} ${SENTRY_COMMON_HEADERS})
    sentry_unite(${name})
  else()
    add_library(${name} INTERFACE)
    target_include_directories(${name} INTERFACE ${CMAKE_SOURCE_DIR})
    target_link_libraries(${name} INTERFACE ${ARG_DEPS})
  endif()
endfunction()

# sentry_proto_library(NAME FOLDER): the .proto files of a folder, lite runtime, our warnings off.
function(sentry_proto_library name folder)
  file(GLOB protos CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${folder}/*.proto)
  if(NOT protos)
    add_library(${name} INTERFACE)
    return()
  endif()
  find_package(Protobuf REQUIRED)
  set(generated)
  foreach(proto ${protos})
    get_filename_component(stem ${proto} NAME_WE)
    set(out ${CMAKE_BINARY_DIR}/generated/${folder}/${stem}.pb)
    add_custom_command(OUTPUT ${out}.cc ${out}.h
      COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/generated
      COMMAND protobuf::protoc --cpp_out=${CMAKE_BINARY_DIR}/generated -I ${CMAKE_SOURCE_DIR} ${proto}
      DEPENDS ${proto} VERBATIM)
    list(APPEND generated ${out}.cc)
  endforeach()
  add_library(${name} STATIC ${generated})
  target_include_directories(${name} SYSTEM PUBLIC ${CMAKE_BINARY_DIR}/generated)
  target_compile_options(${name} PRIVATE -w)
  # The archive by its name: the imported target is the shared library, which the static binary cannot have.
  find_library(SENTRY_PROTOBUF_LITE libprotobuf-lite.a REQUIRED)
  target_link_libraries(${name} PUBLIC ${SENTRY_PROTOBUF_LITE})
endfunction()

# sentry_shim(NAME FOLDER): overridden by the folder's own shim.cmake once it exists.
function(sentry_shim name folder)
  if(EXISTS ${CMAKE_SOURCE_DIR}/${folder}/shim.cmake)
    include(${CMAKE_SOURCE_DIR}/${folder}/shim.cmake)
  else()
    add_library(${name} INTERFACE)
  endif()
endfunction()
