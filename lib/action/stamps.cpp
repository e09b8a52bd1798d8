#include "action/stamps.hpp"

namespace mactiond {
namespace {

constexpr Duration kAhead = std::chrono::hours(24);

}  // namespace

bool is_possible(WallTime stamp, WallTime server_now) {
  return stamp >= kEarliestStamp && stamp - kAhead <= server_now;
}

void drop_impossible_stamps(MachineAction& action, WallTime server_now) {
  const WallTime sent = action.stamp();
  const auto drop = [&](std::optional<WallTime>& stamp) {
    if (!stamp || is_possible(*stamp, server_now)) return;
    stamp.reset();
    action.impossible_stamp = sent;
  };
  drop(action.created);
  drop(action.last_update);
}

}  // namespace mactiond
