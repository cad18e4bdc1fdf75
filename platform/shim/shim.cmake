# Target `shim`: the freestanding code of the stubs as a blob.  Compiled apart from the rest, with flags of its
# own: general registers only, no stack protector, no sanitizer, nothing outside its one section (shim.ld).
set(shim_dir ${CMAKE_SOURCE_DIR}/platform/shim)
set(shim_out ${CMAKE_BINARY_DIR}/shim)
file(MAKE_DIRECTORY ${shim_out})
set(shim_flags -O2 -std=c++20 -ffreestanding -fPIC -fvisibility=hidden -fno-exceptions -fno-rtti
  -fno-stack-protector -fcf-protection=none -fno-asynchronous-unwind-tables -fno-jump-tables -mgeneral-regs-only
  -fno-builtin -Wall -Wextra -Werror -I${CMAKE_SOURCE_DIR})
set(shim_inputs ${shim_dir}/shim.S ${shim_dir}/own.S ${shim_dir}/return.S ${shim_dir}/call.S ${shim_dir}/boot.cc ${shim_dir}/shim.ld
  ${CMAKE_SOURCE_DIR}/abi/stub/shim_numbers.h ${CMAKE_SOURCE_DIR}/abi/stub/slot.h)
add_custom_command(OUTPUT ${shim_out}/shim.bin
  COMMAND ${CMAKE_CXX_COMPILER} ${shim_flags} -c ${shim_dir}/boot.cc -o ${shim_out}/boot.o
  COMMAND ${CMAKE_CXX_COMPILER} -I${CMAKE_SOURCE_DIR} -c ${shim_dir}/shim.S -o ${shim_out}/shim.o
  COMMAND ${CMAKE_LINKER} -nostdlib -static -z max-page-size=4096 --build-id=none -T ${shim_dir}/shim.ld
          ${shim_out}/shim.o ${shim_out}/boot.o -o ${shim_out}/shim.elf
  COMMAND ${CMAKE_OBJCOPY} -O binary -j .shim ${shim_out}/shim.elf ${shim_out}/shim.bin
  DEPENDS ${shim_inputs} VERBATIM)
set_source_files_properties(${shim_dir}/blob.S PROPERTIES OBJECT_DEPENDS ${shim_out}/shim.bin)
add_library(shim STATIC ${shim_dir}/blob.S)
target_include_directories(shim PRIVATE ${shim_out})
target_compile_options(shim PRIVATE -Wa,-I${shim_out})
target_include_directories(shim PUBLIC ${CMAKE_SOURCE_DIR})
