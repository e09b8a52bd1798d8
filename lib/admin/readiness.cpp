#include "admin/readiness.hpp"

#include <string>

#include "base/printable.hpp"
#include "base/time.hpp"

namespace mactiond::admin {
namespace {

constexpr Duration kTroubleMax = std::chrono::minutes(10);

void add_line(Readiness& readiness, bool well, const std::string& text) {
  // The reason may quote a server: one line stays one line, and a terminal shows it.
  readiness.report += (well ? "[+] " : "[-] ") + printable(text) + '\n';
  readiness.ready = readiness.ready && well;
}

void judge_region(const core::RegionStatus& region, Readiness& readiness) {
  const auto& age = region.last_poll_age;
  const bool in_order = region.state != "degraded";
  const bool well = age && (in_order || *age <= kTroubleMax);
  std::string text = "region " + region.name + ": ";
  text += age ? "polled " + std::to_string(to_seconds(*age)) + " s ago" : "not polled yet";
  if (!in_order) text += ", degraded: " + region.reason;
  add_line(readiness, well, text);
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
