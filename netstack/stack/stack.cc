// Stack: time, entry and exit, interfaces.
#include "netstack/stack/stack.h"

#include "netstack/stack/neighbour.h"
#include "netstack/stack/path_mtu.h"
#include "netstack/stack/siphash.h"
#include "netstack/wire/ipv4.h"

namespace netstack {
namespace {

// One call delivers at most so many frames; the rest waits for the next wake-up.
constexpr size_t kDrainBudget = 8192;
constexpr size_t kMaxInput = 32768;
// A frame that crosses from stack to stack is carried on within one call for so many of them: each
// takes its part of the thread's own stack.
constexpr int kMaxNested = 4;
thread_local int nested = 0;

bool IsInterfaceName(std::string_view name) {
  if (name.empty() || name.size() >= static_cast<size_t>(abi::kIfNameSize)) return false;
  if (name == "." || name == "..") return false;
  return name.find_first_of(std::string_view("/: \t\n\v\f\r\0", 9)) == std::string_view::npos;
}

}  // namespace

Stack::Stack(Environment& environment)
    : environment_(environment),
      pool_(BufferPool::Create(this)),
      timers_(environment),
      neighbours_(std::make_unique<NeighbourTable>(*this)),
      path_mtu_(std::make_unique<PathMtuCache>()),
      drain_timer_(timers_, [] {}) {
  environment_.Random(std::as_writable_bytes(std::span(seed_)));
}

Stack::~Stack() {
  input_.clear();
  deferred_.clear();
  neighbours_.reset();
  interfaces_.clear();
  pool_->Close();
}

Time Stack::now() const {
  if (depth_ == 0) return environment_.Now();
  if (!now_) now_ = environment_.Now();
  return *now_;
}

uint32_t Stack::Random32() {
  uint32_t value;
  environment_.Random(std::as_writable_bytes(std::span(&value, 1)));
  return value;
}

uint64_t Stack::Random64() {
  uint64_t value;
  environment_.Random(std::as_writable_bytes(std::span(&value, 1)));
  return value;
}

uint64_t Stack::Hash(std::span<const std::byte> bytes) const {
  return SipHash(seed_, bytes);
}

void Stack::RunTimers() {
  Scope scope(*this);
  timers_.RunDue(now());
}

Stack::Scope::Scope(Stack& stack) : stack_(stack) {
  if (stack_.depth_++ != 0) return;
  stack_.now_.reset();
  nested++;
}

Stack::Scope::~Scope() {
  if (stack_.depth_ == 1) {
    stack_.Drain();
    stack_.timers_.RequestWake();
    nested--;
  }
  stack_.depth_--;
}

void Stack::Defer(base::UniqueFunction<void()> work) {
  deferred_.push_back(std::move(work));
}

void Stack::DrainSoon() {
  if (depth_ != 0) return;
  if (nested < kMaxNested) {
    Scope drain(*this);
  } else {
    drain_timer_.Arm(now());
    timers_.RequestWake();
  }
}

void Stack::QueueInput(Interface& interface, PacketPtr frame) {
  if (input_.size() >= kMaxInput) {
    interface.stats().rx_dropped++;
    return;
  }
  input_.push_back({interface.index(), std::move(frame)});
}

void Stack::LoopBack(Interface& interface, PacketPtr packet) {
  packet->ifindex = interface.index();
  input_.push_back({interface.index(), std::move(packet), true});
}

void Stack::Drain() {
  size_t budget = kDrainBudget;
  while (!input_.empty() || !deferred_.empty()) {
    if (input_.empty()) {
      auto work = std::move(deferred_);
      deferred_.clear();
      for (auto& run : work) run();
      continue;
    }
    if (budget-- == 0) {
      drain_timer_.Arm(now());
      return;
    }
    QueuedInput next = std::move(input_.front());
    input_.pop_front();
    Interface* interface = FindInterface(next.ifindex);
    if (interface == nullptr || !interface->IsUp()) continue;
    if (next.looped) {
      Dispatch(*interface, std::move(next.frame));
    } else {
      interface->Input(std::move(next.frame));
    }
  }
}

Result<Interface*> Stack::AddInterface(std::string name, std::unique_ptr<Link> link,
                                       uint32_t index) {
  if (!IsInterfaceName(name)) return Errno(EINVAL);
  if (FindInterface(name) != nullptr) return Errno(EEXIST);
  if (index == 0) {
    while (interfaces_.contains(next_index_)) next_index_++;
    index = next_index_++;
  } else if (interfaces_.contains(index)) {
    return Errno(EEXIST);
  }
  auto interface = std::make_unique<Interface>(*this, index, std::move(name), std::move(link));
  Interface* raw = interface.get();
  interfaces_[index] = std::move(interface);
  NotifyConfig([&](ConfigObserver& o) { o.OnLink(*raw, false); });
  return raw;
}

Result<void> Stack::RemoveInterface(uint32_t index) {
  std::unique_ptr<Link> link = TRY(TakeInterface(index));
  return {};
}

Result<std::unique_ptr<Link>> Stack::TakeInterface(uint32_t index) {
  Scope scope(*this);
  Interface* interface = FindInterface(index);
  if (interface == nullptr) return Errno(ENODEV);
  TRY(SetFlags(*interface, 0, abi::kIffUp));
  while (!interface->addresses_.empty()) {
    const InterfaceAddress address = interface->addresses_.back();
    TRY(RemoveAddress(*interface, address.addr, address.prefix));
  }
  NotifyConfig([&](ConfigObserver& o) { o.OnLink(*interface, true); });
  interface->link_->Attach(nullptr);
  std::unique_ptr<Link> link = std::move(interface->link_);
  // What it was sent and has not seen yet is not for the next one with its number.
  std::erase_if(input_, [index](const QueuedInput& queued) { return queued.ifindex == index; });
  interfaces_.erase(index);
  return link;
}

Interface* Stack::FindInterface(uint32_t index) const {
  auto found = interfaces_.find(index);
  return found == interfaces_.end() ? nullptr : found->second.get();
}

Interface* Stack::FindInterface(std::string_view name) const {
  for (const auto& [index, interface] : interfaces_) {
    if (interface->name() == name) return interface.get();
  }
  return nullptr;
}

Interface* Stack::loopback() const {
  for (const auto& [index, interface] : interfaces_) {
    if (interface->IsLoopback()) return interface.get();
  }
  return nullptr;
}

std::vector<Interface*> Stack::interfaces() const {
  std::vector<Interface*> all;
  for (const auto& [index, interface] : interfaces_) all.push_back(interface.get());
  return all;
}

Result<void> Stack::SetFlags(Interface& interface, uint32_t flags, uint32_t mask) {
  Scope scope(*this);
  constexpr uint32_t kChangeable = abi::kIffUp | abi::kIffDebug | abi::kIffNoarp |
                                   abi::kIffPromisc | abi::kIffAllmulti | abi::kIffMulticast;
  mask &= kChangeable;
  const uint32_t before = interface.flags_;
  interface.flags_ = (before & ~mask) | (flags & mask);
  if (interface.flags_ == before) return {};
  const uint32_t changed = before ^ interface.flags_;
  if ((changed & abi::kIffUp) != 0) {
    interface.IsUp() ? BringUp(interface) : BringDown(interface);
  }
  NotifyConfig([&](ConfigObserver& o) { o.OnLink(interface, false); });
  return {};
}

Result<void> Stack::SetMtu(Interface& interface, uint32_t mtu) {
  Scope scope(*this);
  if (mtu < 68 || mtu > interface.link().max_mtu()) return Errno(EINVAL);
  interface.mtu_ = mtu;
  NotifyConfig([&](ConfigObserver& o) { o.OnLink(interface, false); });
  return {};
}

void Stack::SetMtu6(Interface& interface, uint32_t mtu) {
  interface.mtu6_ = mtu;
  generation_++;
}

Result<void> Stack::SetMac(Interface& interface, const MacAddress& mac) {
  Scope scope(*this);
  if (!interface.IsEthernet()) return Errno(EOPNOTSUPP);
  if (mac.IsMulticast() || mac.IsZero()) return Errno(EADDRNOTAVAIL);
  interface.mac_ = mac;
  NotifyConfig([&](ConfigObserver& o) { o.OnLink(interface, false); });
  return {};
}

Result<void> Stack::Rename(Interface& interface, std::string name) {
  if (!IsInterfaceName(name)) return Errno(EINVAL);
  if (interface.name() == name) return {};
  if (FindInterface(name) != nullptr) return Errno(EEXIST);
  interface.name_ = std::move(name);
  NotifyConfig([&](ConfigObserver& o) { o.OnLink(interface, false); });
  return {};
}

void Stack::SetTxQueueLength(Interface& interface, uint32_t length) {
  interface.tx_queue_length_ = length;
  NotifyConfig([&](ConfigObserver& o) { o.OnLink(interface, false); });
}

std::vector<NeighbourEntry> Stack::neighbours() const {
  return neighbours_->List();
}

Result<void> Stack::SetNeighbour(const NeighbourEntry& entry) {
  Scope scope(*this);
  return neighbours_->Set(entry);
}

Result<void> Stack::RemoveNeighbour(uint32_t ifindex, const IpAddress& addr) {
  Scope scope(*this);
  return neighbours_->Remove(ifindex, addr);
}

void Stack::LearnPathMtu(const IpAddress& dst, uint32_t mtu) {
  path_mtu_->Learn(dst, mtu, now());
  generation_++;
}

void Stack::Dispatch(Interface& interface, PacketPtr packet) {
  switch (packet->ethertype) {
    case kEtherIpv4:
      if (ip4_ != nullptr) ip4_->Receive(interface, std::move(packet));
      return;
    case kEtherIpv6:
      if (ip6_ != nullptr) ip6_->Receive(interface, std::move(packet));
      return;
    case kEtherArp:
      neighbours_->ReceiveArp(interface, std::move(packet));
      return;
    default:
      return;
  }
}

}  // namespace netstack
