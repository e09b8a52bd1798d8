#include "core/submit/submit_time.hpp"

#include <algorithm>

#include "core/elapsed.hpp"
#include "core/trusted_clock.hpp"

namespace mactiond::core {

WallTime SubmitTime::moment() const {
  if (clocks_disagree(server, now.wall)) return std::max(*server, now.wall);
  return server.value_or(now.wall);
}

SubmitStamp SubmitTime::stamp() const {
  SubmitStamp stamp{std::nullopt, now.wall, boot_id, now.mono};
  if (server) stamp.server = *server - uncertainty;
  return stamp;
}

Duration least_until(const SubmitStamp& stamp, const std::string& boot_id, Now moment) {
  const PostStamp left{earliest(stamp), stamp.boot_id, stamp.mono};
  return elapsed_since(left, boot_id, moment);
}

namespace {

/// Our wall clock may be wrong by any amount: without the API's only the reboot is certain.
Duration certain(const SubmitStamp& stamp, const SubmitTime& time) {
  if (time.server && stamp.server) {
    return least_until(stamp, time.boot_id, {*time.server, time.now.mono});
  }
  const bool rebooted = !stamp.boot_id.empty() && !time.boot_id.empty();
  return rebooted ? time.now.mono.time_since_epoch() : Duration{};
}

}  // namespace

SinceStamp since(const SubmitStamp& stamp, const SubmitTime& time) {
  if (!time.boot_id.empty() && stamp.boot_id == time.boot_id) {
    const Duration exact = time.now.mono - stamp.mono;
    return {exact, exact};
  }
  SinceStamp passed{certain(stamp, time), {}};
  if (!stamp.server) {
    passed.most = Duration::max();
  } else if (time.server) {
    const Duration most = *time.server + time.uncertainty - *stamp.server;
    // The API's clock was set back: it says nothing.
    passed.most = most < Duration{} ? Duration::max() : most;
  }
  return passed;
}

}  // namespace mactiond::core
