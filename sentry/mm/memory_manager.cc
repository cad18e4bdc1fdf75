#include "sentry/mm/memory_manager.h"

namespace sentry {

base::Ref<MemoryManager> MemoryManager::Clone(int32_t pid) const {
  base::Ref<MemoryManager> copy = base::MakeRef<MemoryManager>();
  copy->start_code = start_code, copy->end_code = end_code;
  copy->start_data = start_data, copy->end_data = end_data;
  copy->start_brk = start_brk, copy->start_stack = start_stack;
  copy->arg_start = arg_start, copy->arg_end = arg_end;
  copy->env_start = env_start, copy->env_end = env_end;
  copy->vdso = vdso;
  copy->auxv = auxv;
  copy->exe = exe;
  copy->files_ = files_;
  attached.CopyTo(copy->attached, pid);
  return copy;
}

}  // namespace sentry
