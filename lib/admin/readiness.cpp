#include "admin/readiness.hpp"

#include <string>

#include "base/printable.hpp"
#include "base/time.hpp"

namespace mactiond::admin {
namespace {

void add_line(Readiness& readiness, bool well, const std::string& text) {
  // The reason may quote a server: one line stays one line, and a terminal shows it.
  readiness.report += (well ? "[+] " : "[-] ") + printable(text) + '\n';
}

void add_region(const core::RegionStatus& region, Readiness& readiness) {
  const auto& age = region.last_poll_age;
  std::string text = "region " + region.name + ": " + std::string(to_string(region.state));
  if (!region.reason.empty()) text += ": " + region.reason;
  text += age ? ", polled " + std::to_string(to_seconds(*age)) + " s ago" : ", not polled yet";
  add_line(readiness, region.state == core::RegionState::Ok, text);
}

void add_webhook(const core::WebhookStatus& webhook, Readiness& readiness) {
  const std::string state(core::seen_state(webhook));
  std::string text = "webhook " + webhook.name + ": " + state;
  if (!webhook.reason.empty()) text += ": " + webhook.reason;
  text += ", " + std::to_string(webhook.queued) + " events wait";
  if (webhook.dead > 0) text += ", " + std::to_string(webhook.dead) + " dead letters";
  add_line(readiness, state == "ok", text);
}

}  // namespace

Readiness judge_readiness(bool live, const core::EngineStatus& status) {
  Readiness readiness;
  readiness.ready = live && !status.log_trouble;
  add_line(readiness, live, live ? "live" : "the loop or the store has not answered lately");
  if (status.log_trouble) add_line(readiness, false, *status.log_trouble);
  for (const auto& region : status.regions) add_region(region, readiness);
  for (const auto& webhook : status.webhooks) add_webhook(webhook, readiness);
  return readiness;
}

}  // namespace mactiond::admin
