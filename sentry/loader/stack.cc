#include "sentry/loader/stack.h"

#include "abi/linux/elf.h"

namespace sentry {
namespace {

// Strings stand in one block at the top of the stack; returns the offset of what was added.
uint64_t AddString(std::string& block, const std::string& text) {
  uint64_t offset = block.size();
  block.append(text.c_str(), text.size() + 1);
  return offset;
}

void AppendWord(std::vector<std::byte>& to, uint64_t word) {
  const std::byte* bytes = reinterpret_cast<const std::byte*>(&word);
  to.insert(to.end(), bytes, bytes + sizeof(word));
}

void AppendPointers(std::vector<std::byte>& to, const std::vector<uint64_t>& offsets,
                    uint64_t base) {
  for (uint64_t offset : offsets) AppendWord(to, base + offset);
  AppendWord(to, 0);
}

}  // namespace

StackImage BuildStack(const StackInput& input, uint64_t top) {
  constexpr uint64_t kWord = 8;
  std::string block(reinterpret_cast<const char*>(input.random), sizeof(input.random));
  uint64_t platform = AddString(block, "x86_64");
  std::vector<uint64_t> argv, envp;
  uint64_t arg_start = block.size();
  for (const std::string& arg : input.argv) argv.push_back(AddString(block, arg));
  uint64_t env_start = block.size();
  for (const std::string& env : input.envp) envp.push_back(AddString(block, env));
  uint64_t env_end = block.size();
  uint64_t exec_name = AddString(block, input.exec_name);

  // The ABI leaves a null word at the very top.
  uint64_t base = (top - kWord - block.size()) & ~uint64_t{15};
  std::vector<std::pair<uint64_t, uint64_t>> aux = input.aux;
  aux.emplace_back(abi::kAtRandom, base);
  aux.emplace_back(abi::kAtExecfn, base + exec_name);
  aux.emplace_back(abi::kAtPlatform, base + platform);
  aux.emplace_back(abi::kAtNull, 0);
  size_t words = 1 + argv.size() + 1 + envp.size() + 1 + 2 * aux.size();

  StackImage image{};
  image.address = (base - words * kWord) & ~uint64_t{15};
  image.bytes.reserve(top - image.address);
  AppendWord(image.bytes, argv.size());
  AppendPointers(image.bytes, argv, base);
  AppendPointers(image.bytes, envp, base);
  for (const auto& [key, value] : aux) {
    AppendWord(image.auxv, key);
    AppendWord(image.auxv, value);
  }
  image.bytes.insert(image.bytes.end(), image.auxv.begin(), image.auxv.end());
  image.bytes.resize(base - image.address);
  const std::byte* text = reinterpret_cast<const std::byte*>(block.data());
  image.bytes.insert(image.bytes.end(), text, text + block.size());
  image.bytes.resize(top - image.address);
  image.arg_start = base + arg_start;
  image.arg_end = image.env_start = base + env_start;
  image.env_end = base + env_end;
  return image;
}

}  // namespace sentry
