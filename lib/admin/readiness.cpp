#include "admin/readiness.hpp"

#include <algorithm>

#include "base/time.hpp"

namespace mactiond::admin {
namespace {

constexpr Duration kTroubleMax = std::chrono::minutes(10);

void add_line(Readiness& readiness, bool well, std::string text) {
  // The reason may quote a server: one line stays one line.
  std::replace_if(
      text.begin(), text.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == '\x7f'; }, ' ');
  readiness.report += (well ? "[+] " : "[-] ") + text + '\n';
  readiness.ready = readiness.ready && well;
}

void judge_region(const core::RegionStatus& region, Readiness& readiness) {
  const auto& age = region.last_poll_age;
  const bool in_order = region.state != "degraded";
  const bool well = age && (in_order || *age <= kTroubleMax);
  std::string text = "region " + region.name + ": ";
  text += age ? "polled " + std::to_string(to_seconds(*age)) + " s ago" : "not polled yet";
  if (!in_order) text += ", degraded: " + region.reason;
  add_line(readiness, well, std::move(text));
}

}  // namespace

Readiness judge_readiness(bool live, const core::EngineStatus& status) {
  Readiness readiness{true, {}};
  add_line(readiness, live, live ? "live" : "the loop or the store has not answered lately");
  if (!status.log_trouble.empty()) {
    add_line(readiness, false, "transition log: " + status.log_trouble);
  }
  for (const auto& region : status.regions) judge_region(region, readiness);
  return readiness;
}

}  // namespace mactiond::admin
