// GroupReporter: the host's side of IGMP (RFC 1112, RFC 2236, RFC 3376) and MLD (RFC 2710, RFC
// 3810).  It tells routers which groups are wanted on each interface, when that changes and when
// they ask; older queriers get the older messages.
#pragma once

#include "netstack/group/messages.h"
#include "netstack/stack/stack.h"

namespace netstack {

class GroupReporter final : public GroupListener, private TransportProtocol {
 public:
  explicit GroupReporter(Stack& stack);
  ~GroupReporter();

  void OnGroup(Interface& interface, const IpAddress& group,
               const std::optional<GroupFilter>& before,
               const std::optional<GroupFilter>& after) override;
  void OnDown(Interface& interface) override;
  void OnMld(Packet& packet, const IpReceived& ip) override;

  // For listings: of IGMP (of MLD 2 and 3 for 1 and 2) what the querier of the link speaks.
  int Version(uint32_t ifindex, bool v4) const;
  struct Status {
    Duration answer_in = -1;  // -1: nothing is to be answered.
    bool last_reporter = false;
  };
  Status StatusOf(uint32_t ifindex, const IpAddress& group) const;
  // Whether the group is told at all.
  static bool IsReported(const IpAddress& group);

 private:
  struct Group {
    bool member = false;
    GroupFilter filter{true, {}};  // While it is no member: nothing.
    // A change, told so many more times.
    int left = 0;
    bool mode_changed = false;
    std::set<IpAddress> allowed, blocked;
    // A query to answer, about these sources if they are not empty.
    Time answer_at = 0;
    std::set<IpAddress> asked;
    int repeats = 0;             // Reports of an older version that follow the first.
    bool last_reporter = false;  // Nobody else has reported since.
  };
  // What is known of the querier on a link, for one family.
  struct Querier {
    Time answer_all_at = 0, changes_at = 0;
    Time version1_until = 0, version2_until = 0;
    int robustness = 2;
    Duration interval = 125 * kSecond;
  };
  using GroupKey = std::pair<uint32_t, IpAddress>;
  using LinkKey = std::pair<uint32_t, bool>;  // IPv4?

  void Receive(PacketPtr packet, const IpReceived& ip) override;
  void OnError(const IpError&) override {}

  void OnQuery(Interface& in, bool v4, const GroupQuery& query);
  void OnOldReport(Interface& in, const IpAddress& group);
  void AskLater(Group& group, Time at, const std::vector<IpAddress>& sources);
  void NoteChange(Group& group, const GroupFilter& before, const GroupFilter& after);
  void OnTimer();
  void Rearm();
  void SendChanges(const LinkKey& key, Querier& querier);
  void AnswerAll(const LinkKey& key);
  void Answer(const GroupKey& key, Group& group);
  void SendRecords(Interface& out, bool v4, std::span<const GroupRecord> records);
  void SendOld(Interface& out, const IpAddress& group, bool leaving);
  void Send(Interface& out, const IpAddress& to, std::vector<std::byte> message);
  Time Within(Duration most);

  Stack& stack_;
  std::map<GroupKey, Group> groups_;
  std::map<LinkKey, Querier> queriers_;
  StackTimer timer_;
};

}  // namespace netstack
