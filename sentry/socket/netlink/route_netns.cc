// Requests that name other network namespaces, and the numbers that those have here: RTM_NEWNSID,
// RTM_GETNSID (network_namespaces(7), ip-netns(8)).
#include "abi/linux/capability.h"
#include "sentry/kernel/namespace_handle.h"
#include "sentry/kernel/namespaces.h"
#include "sentry/kernel/task.h"
#include "sentry/socket/netlink/netlink_socket.h"
#include "sentry/socket/netlink/route_messages.h"

namespace sentry {
namespace {

constexpr int32_t kNotAssigned = -1;  // NETNSA_NSID_NOT_ASSIGNED

Network& OfNamespace(NetlinkRequest& request, StateNamespace* ns) {
  return Networks::Of(request.socket.kernel(), Ref<StateNamespace>(ns));
}

// get_net_ns_by_pid()
Result<Network*> OfProcess(NetlinkRequest& request, uint32_t number) {
  if (request.ctx.task == nullptr || number > INT32_MAX) return Errno(ESRCH);
  const Tid tid = request.ctx.task->GlobalOf(static_cast<int>(number));
  const Task* task = request.socket.kernel().pids().FindTask(tid);
  if (task == nullptr || !task->has_namespaces()) return Errno(ESRCH);
  return &OfNamespace(request, task->namespaces().net.get());
}

// get_net_ns_by_fd()
Result<Network*> OfFile(NetlinkRequest& request, uint32_t number) {
  if (request.ctx.task == nullptr || number > INT32_MAX) return Errno(EBADF);
  Ref<FileDescription> file = TRY(request.ctx.task->fds().Get(FdNum(static_cast<int32_t>(number))));
  auto* handle = dynamic_cast<NamespaceHandle*>(file.get());
  Namespace* ns = handle != nullptr ? handle->held_namespace() : nullptr;
  if (ns == nullptr || ns->clone_flag != abi::kCloneNewnet) return Errno(EINVAL);
  return &OfNamespace(request, static_cast<StateNamespace*>(ns));
}

// What NETNSA_PID, NETNSA_FD or, in a question, NETNSA_NSID names.
Result<Network*> Peer(NetlinkRequest& request, Network& network,
                      const NetlinkAttributes& attributes, bool by_id) {
  if (auto pid = TRY(attributes.Get<uint32_t>(abi::kNetnsaPid))) return OfProcess(request, *pid);
  if (auto fd = TRY(attributes.Get<uint32_t>(abi::kNetnsaFd))) return OfFile(request, *fd);
  if (by_id) {
    if (auto id = TRY(attributes.Get<int32_t>(abi::kNetnsaNsid))) {
      Network* found = network.ById(*id);
      if (found == nullptr) return Errno(ENOENT);
      return found;
    }
  }
  return request.Refuse(EINVAL, "Peer netns reference is missing");
}

}  // namespace

// rtnl_ensure_unique_netns(), rtnl_link_get_net_capable()
Result<Ref<Network>> TargetNetwork(NetlinkRequest& request, Network& network,
                                   const NetlinkAttributes& attributes) {
  const int named = attributes.Has(abi::kIflaNetNsPid) + attributes.Has(abi::kIflaNetNsFd) +
                    attributes.Has(abi::kIflaTargetNetnsid);
  if (named > 1) {
    return request.Refuse(EINVAL, "multiple netns identifying attributes specified");
  }
  if (named == 0) return Ref<Network>(&network);
  Network* target = nullptr;
  if (auto pid = TRY(attributes.Get<uint32_t>(abi::kIflaNetNsPid))) {
    target = TRY(OfProcess(request, *pid));
  } else if (auto fd = TRY(attributes.Get<uint32_t>(abi::kIflaNetNsFd))) {
    target = TRY(OfFile(request, *fd));
  } else if (auto id = TRY(attributes.Get<int32_t>(abi::kIflaTargetNetnsid))) {
    target = network.ById(*id);
    if (target == nullptr) return request.Refuse(EINVAL, "invalid target network namespace id");
  }
  if (!target->Allows(request.ctx, abi::kCapNetAdmin)) return Errno(EPERM);
  return Ref<Network>(target);
}

void WriteNetworkId(NetlinkMessage& message, int32_t id) {
  message.Fixed(abi::Rtgenmsg{}).Put(abi::kNetnsaNsid, id);
}

Result<void> NewNetworkId(NetlinkRequest& request, Network& network) {
  const NetlinkAttributes attributes = TRY(request.Attributes(sizeof(abi::Rtgenmsg)));
  auto id = TRY(attributes.Get<int32_t>(abi::kNetnsaNsid));
  if (!id) return request.Refuse(EINVAL, "nsid is missing");
  Ref<Network> peer(TRY(Peer(request, network, attributes, false)));
  if (network.FindId(*peer)) {
    return request.Refuse(EEXIST, "Peer netns already has a nsid specified");
  }
  if (*id < 0) {
    (void)network.IdOf(*peer);
    return {};
  }
  Result<void> set = network.SetId(*peer, *id);
  if (!set.ok()) return request.Refuse(EEXIST, "The specified nsid is already used");
  return {};
}

Result<void> GetNetworkId(NetlinkRequest& request, Network& network) {
  const NetlinkAttributes attributes = TRY(request.Attributes(sizeof(abi::Rtgenmsg)));
  Ref<Network> peer(TRY(Peer(request, network, attributes, true)));
  NetlinkMessage reply = request.Reply(abi::kRtmNewnsid);
  WriteNetworkId(reply, network.FindId(*peer).value_or(kNotAssigned));
  request.Send(std::move(reply));
  return {};
}

Result<void> DumpNetworkIds(NetlinkRequest& request, Network& network) {
  for (const auto& [id, other] : network.ids()) {
    NetlinkMessage reply = request.Reply(abi::kRtmNewnsid);
    WriteNetworkId(reply, id);
    request.Send(std::move(reply));
  }
  return {};
}

}  // namespace sentry
