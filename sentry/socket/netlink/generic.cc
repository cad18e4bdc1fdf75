// NETLINK_GENERIC: the controller, which knows itself alone.  Who asks for another family learns
// that there is none, as on a kernel built without it.
#include "sentry/socket/netlink/netlink_table.h"

namespace sentry {
namespace {

// linux/genetlink.h
constexpr uint16_t kControllerId = 16;  // GENL_ID_CTRL
constexpr char kControllerName[] = "nlctrl";
constexpr uint8_t kNewFamily = 1, kGetFamily = 3;
constexpr uint16_t kFamilyId = 1, kFamilyName = 2, kVersion = 3, kHeaderSize = 4, kMaxAttribute = 5;
constexpr uint32_t kControllerVersion = 2, kControllerAttributes = 10;

struct GenericHeader {  // struct genlmsghdr
  uint8_t command, version;
  uint16_t reserved;
};

class GenericProtocol final : public NetlinkProtocol {
 public:
  uint32_t groups() const override { return 32; }
  bool AnyoneListens() const override { return true; }

  Result<void> Handle(NetlinkRequest& request) override {
    if (request.header.nlmsg_type != kControllerId) return Errno(ENOENT);
    if (!request.Holds<GenericHeader>()) return Errno(EINVAL);
    if (request.Fixed<GenericHeader>().command != kGetFamily) return Errno(EOPNOTSUPP);
    const NetlinkAttributes attributes = TRY(request.Attributes(sizeof(GenericHeader)));
    if (!request.IsDump()) {
      const auto id = TRY(attributes.Get<uint16_t>(kFamilyId));
      if (!id && !attributes.Has(kFamilyName)) return Errno(EINVAL);
      const bool known =
          id ? *id == kControllerId : attributes.Text(kFamilyName) == kControllerName;
      if (!known) return Errno(ENOENT);
    }
    NetlinkMessage reply = request.Reply(kControllerId);
    reply.Fixed(GenericHeader{kNewFamily, 2, 0})
        .PutText(kFamilyName, kControllerName)
        .Put(kFamilyId, kControllerId)
        .Put(kVersion, kControllerVersion)
        .Put(kHeaderSize, uint32_t{0})
        .Put(kMaxAttribute, kControllerAttributes);
    request.Send(std::move(reply));
    return {};
  }
};

}  // namespace

std::unique_ptr<NetlinkProtocol> MakeGenericProtocol() {
  return std::make_unique<GenericProtocol>();
}

}  // namespace sentry
