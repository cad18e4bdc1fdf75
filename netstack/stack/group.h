// Multicast groups of an interface: what its members want together (RFC 3376 section 3).
#pragma once

#include <map>
#include <optional>
#include <set>

#include "netstack/wire/address.h"

namespace netstack {

class Interface;
class Packet;
struct IpReceived;

// The sources that are wanted: all but some, or some alone.
struct GroupFilter {
  bool include = false;
  std::set<IpAddress> sources;
  bool operator==(const GroupFilter&) const = default;
};

// The members of one group on one interface.
class GroupMembers {
 public:
  void Add(const GroupFilter& filter);
  void Remove(const GroupFilter& filter);
  int users() const { return users_; }
  // What must come for all of them to get what they want; nothing: there are none.
  std::optional<GroupFilter> Merged() const;
  // How many include each source, and how many exclude it.
  struct Count {
    int including = 0, excluding = 0;
  };
  const std::map<IpAddress, Count>& sources() const { return sources_; }

 private:
  void Adjust(const GroupFilter& filter, int by);
  int users_ = 0, excluding_ = 0;
  std::map<IpAddress, Count> sources_;
};

// Tells routers which groups are wanted.
class GroupListener {
 public:
  // Nothing before: the first joined; nothing after: the last left.
  virtual void OnGroup(Interface& interface, const IpAddress& group,
                       const std::optional<GroupFilter>& before,
                       const std::optional<GroupFilter>& after) = 0;
  virtual void OnDown(Interface& interface) = 0;
  // A message of MLD; `packet` starts with its ICMPv6 header.
  virtual void OnMld(Packet& packet, const IpReceived& ip) = 0;

 protected:
  ~GroupListener() = default;
};

}  // namespace netstack
