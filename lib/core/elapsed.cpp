#include "core/elapsed.hpp"

#include <algorithm>

namespace mactiond::core {

Duration elapsed_since(const PostStamp& stamp, const std::string& boot_id, Now now) {
  const Duration by_wall = now.wall - stamp.server;
  const Duration uptime = now.mono.time_since_epoch();
  if (boot_id.empty() || stamp.boot_id.empty()) return std::clamp(by_wall, Duration{}, uptime);
  if (stamp.boot_id == boot_id) return now.mono - stamp.mono;
  return by_wall > kClockOffMax ? by_wall : uptime;
}

}  // namespace mactiond::core
