#include "webhook/splunk.hpp"

#include <fmt/format.h>

#include <chrono>

#include "base/json_text.hpp"

namespace mactiond::webhook {
namespace {

/// Seconds since 1970 with microseconds, as a JSON number.
std::string epoch_of(WallTime time) {
  const auto since = std::chrono::floor<std::chrono::microseconds>(time.time_since_epoch());
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since);
  return fmt::format("{}.{:06}", seconds.count(), (since - seconds).count());
}

}  // namespace

std::string splunk_body(const core::EventRecord& event, const std::string& index,
                        const std::string& sourcetype) {
  JsonMembers members;
  members.add_raw("time", epoch_of(event.time))
      .add("host", event.instance)
      .add("source", event.region.empty() ? "mactiond" : "mactiond:" + event.region);
  if (!sourcetype.empty()) members.add("sourcetype", sourcetype);
  if (!index.empty()) members.add("index", index);
  std::string line = core::log_line(event);
  line.pop_back();
  members.add_raw("event", line);
  return '{' + members.text() + '}';
}

}  // namespace mactiond::webhook
