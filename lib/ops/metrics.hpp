#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "core/cancel_result.hpp"
#include "core/options.hpp"
#include "core/status.hpp"
#include "core/submission_state.hpp"
#include "core/submit/submit_options.hpp"

namespace mactiond::ops {

/// What /metrics shows. Label values come from closed sets and configured names only; every
/// combination known at start exists from the start with zero. A gauge whose value is not known
/// (yet) is left out.
class Metrics {
 public:
  Metrics(const std::string& version, const std::vector<std::string>& regions,
          const std::vector<std::string>& webhooks,
          const std::vector<core::PolicyOptions>& policies = {});
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  /// What is followed from now on; the gauges of what left are gone, its counters stay.
  void follow(const std::vector<std::string>& regions, const std::vector<std::string>& webhooks,
              const std::vector<core::PolicyOptions>& policies);
  /// What may be submitted from now on, in each region that is followed.
  void follow(const core::SubmitOptions& submit);
  /// type: of the action that is submitted. state: queued, submitted, or an end.
  void submission(const std::string& region, const std::string& type, core::SubmissionState state);
  /// policy: its name, or "operator".
  void cancel(const std::string& region, const std::string& policy, core::CancelResult result);
  /// lag: server's last update to our commit, where it says something about us.
  void transition(const std::string& region, std::string_view to, std::optional<Duration> lag);
  /// operation: token | list | get | cancel | start. code: the HTTP status, or the Reason where no
  /// usable answer came. Anything outside the closed set is counted as "other".
  void api_request(const std::string& region, const std::string& operation,
                   const std::string& code);
  /// result: "delivered" or the Reason of the failure; anything else is counted as "other".
  /// events: in the message.
  void delivery(const std::string& webhook, const std::string& result, std::size_t events = 1);
  /// Events that left a queue or the dead letters undelivered. reason: core::to_string(Removal).
  void removed(const std::string& webhook, const std::string& reason, std::size_t count);
  void commit(Duration took);
  /// How much later than asked the loop woke up.
  void loop_lag(Duration late);
  void config_loaded(bool successful);

  /// Sets what is read from the engine's state; before each text().
  void update(const core::EngineStatus& status, WallTime now);
  void update(const core::SyslogStatus& syslog);
  /// Age of the oldest delivery that waits; zero for an empty queue.
  void webhook_oldest(const std::string& webhook, Duration age);

  /// Prometheus text format 0.0.4.
  [[nodiscard]] std::string text() const;

 private:
  struct Families;
  std::unique_ptr<Families> families_;
};

}  // namespace mactiond::ops
