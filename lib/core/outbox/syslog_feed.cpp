#include "core/outbox/syslog_feed.hpp"

#include "base/backoff.hpp"
#include "base/error.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
constexpr Duration kFirst = 1s;
constexpr Duration kMost = 1min;

}  // namespace

std::uint64_t SyslogFeed::skip_lost(const std::vector<EventRecord>& events) {
  if (events.empty() || events.front().seq <= next_) return 0;
  const std::uint64_t lost = events.front().seq - next_;
  next_ = events.front().seq;
  return lost;
}

void SyslogFeed::pass(std::uint64_t last) {
  MACTIOND_ASSERT(last >= next_);
  next_ = last + 1;
}

bool SyslogFeed::sent(std::uint64_t last) {
  pass(last);
  const bool recovered = failures_ > 0;
  failures_ = 0;
  return recovered;
}

Duration SyslogFeed::failed(Random& random) {
  ++failures_;
  return backoff(failures_, kFirst, kMost, random);
}

}  // namespace mactiond::core
