#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/disposition.hpp"
#include "base/error.hpp"
#include "base/time.hpp"
#include "core/decision.hpp"
#include "core/engine.hpp"
#include "core/read_view.hpp"
#include "core/status.hpp"
#include "http/message.hpp"

namespace mactiond::admin {

/// What every answer needs to know beside the engine's status.
struct DaemonInfo {
  std::string version;
  std::string instance;
  Duration uptime{};
};

/// The body of GET /v1/status (docs/openapi.yaml).
[[nodiscard]] std::string render_status(const DaemonInfo& info, const core::EngineStatus& status);

/// What the endpoints read; called only for the endpoint that needs it. A stream keeps a copy.
struct Views {
  std::function<DaemonInfo()> info;
  std::function<core::EngineStatus()> status;
  std::function<std::string()> metrics;  ///< Prometheus text
  std::function<bool()> live;            ///< loop turned and store answered lately

  // What the store holds: store/reader.hpp.
  std::function<Result<core::ActionPage>(const core::ActionFilter&)> actions;
  std::function<Result<std::vector<core::ActionView>>(const std::string&)> action;
  std::function<Result<std::vector<core::ActionPlace>>(const std::string& id_prefix)> places;
  std::function<Result<bool>(core::ActionField, const std::string&)> occurs;
  std::function<Result<std::vector<core::EventRecord>>(const core::ActionView&)> history;
  std::function<Result<std::vector<core::EventRecord>>(const core::EventFilter&)> events;
  std::function<Result<core::DeadLetterPage>(const core::DeadLetterFilter&)> dead_letters;
  std::function<Result<std::optional<core::DeadLetterView>>(const std::string&, std::uint64_t)>
      dead_letter;
  std::function<Result<std::vector<core::Decision>>(const core::ActionView&)> decisions;
};

/// What became of a test event.
struct WebhookTested {
  Disposition outcome;
  Duration took{};
};

/// What operators can have done. Each returns when it is done, and durable where it must be.
struct Operations {
  /// Opens the transition log's file again, after a rotation.
  std::function<Result<void>(const core::Operator&)> reopen;
  /// Reads the configuration again; why it was refused, error by error.
  std::function<std::vector<std::string>(const core::Operator&)> reload;
  /// Has the engine answer one of its operator events.
  std::function<Result<core::Reply>(core::Event)> operate;
  /// Sends a test event to a webhook, once and now, and calls done when its end is known. Or why
  /// not; done is not called then.
  std::function<std::optional<core::Reply>(const std::string& webhook,
                                           std::function<void(WebhookTested)> done)>
      test_webhook;

  using Plans = std::vector<core::Engine::RegionPlans>;
  std::function<Plans()> explain;
  /// By the policies of a configuration's text, called name; or all its errors.
  using Explained = std::variant<Plans, std::vector<std::string>>;
  /// Calls done when that is known. Or why not; done is not called then.
  std::function<std::optional<core::Reply>(const std::string& text, const std::string& name,
                                           std::function<void(const Explained&)> done)>
      explain_text;
};

/// Of the largest request to the Unix socket: a configuration file as JSON, each character of which
/// may be escaped.
inline constexpr std::size_t kLargestBody = std::size_t{2} * 1024 * 1024 + 4096;

/// The Unix socket: /v1/….
[[nodiscard]] http::Answer answer_operator(const http::Request& request, const Views& views,
                                           const Operations& operations);

/// Under which names the monitoring listener may be asked.
struct MonitorHosts {
  bool checked = true;             ///< on a loopback listener; a proxy guards any other
  std::vector<std::string> names;  ///< beside IP addresses and `localhost`
};

/// admin.listen: /metrics, /livez, /readyz. Read-only. 421 for a Host that is not ours.
[[nodiscard]] http::Response answer_monitor(const http::Request& request, const Views& views,
                                            const MonitorHosts& hosts);

}  // namespace mactiond::admin
