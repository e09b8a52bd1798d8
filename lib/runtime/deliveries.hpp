#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/outcome.hpp"
#include "base/time.hpp"
#include "core/command.hpp"
#include "core/event.hpp"
#include "core/step.hpp"
#include "event/webhook_tested.hpp"
#include "http/client.hpp"
#include "ops/metrics.hpp"
#include "webhook/request.hpp"

namespace mactiond::runtime {

/// How one webhook is reached.
struct WebhookAccess {
  std::shared_ptr<http::Client> client;
  webhook::Target target;
  Duration timeout = std::chrono::seconds(15);  ///< of a test; deliveries bring their own
  bool secret_url = false;                      ///< not even its host is shown
  /// Called before each attempt: reads what changed in the files of secrets and certificates.
  std::function<void(WebhookAccess&)> refresh{};
};

/// By name.
using WebhookAccesses = std::map<std::string, std::shared_ptr<WebhookAccess>>;

/// The messages to webhooks, one task each. Every delivery ends in exactly one event given to post:
/// also on a deadline, on cancellation and at shutdown.
class Deliveries {
 public:
  using Post = std::function<void(core::Event)>;
  Deliveries(const Clock& clock, WebhookAccesses webhooks, ops::Metrics& metrics, Post post);

  /// For the attempts to come; those in progress end with what they began with.
  void set_webhooks(WebhookAccesses webhooks) { webhooks_ = std::move(webhooks); }

  [[nodiscard]] Task<void> run(core::SendDelivery command);

  using Done = std::function<void(core::WebhookTested)>;
  /// Why a webhook cannot be tested now; nothing where it can.
  [[nodiscard]] std::optional<core::Reply> refuse_test(const std::string& webhook) const;
  /// Sends a webhook.test event, once and now, whatever state the webhook is in; its answer changes
  /// nothing. Calls done once. Only where refuse_test has nothing to say.
  [[nodiscard]] Task<void> test(const std::string& webhook, const std::string& instance, Done done);

 private:
  using WebhookRef = std::shared_ptr<WebhookAccess>;

  Task<void> send(core::SendDelivery command, WebhookRef receiver);
  Task<void> send_test(WebhookRef receiver, core::EventRecord event, std::string webhook,
                       Done done);
  /// One message with all events.
  Task<Outcome> attempt(WebhookRef receiver, std::vector<core::EventRecord> events, Duration limit);
  /// Waits until Splunk has indexed what it accepted.
  Task<Outcome> acknowledged(WebhookRef receiver, http::Response response, MonoTime deadline);

  const Clock& clock_;
  WebhookAccesses webhooks_;
  ops::Metrics& metrics_;
  Post post_;
  std::set<std::string> tested_now_;
};

}  // namespace mactiond::runtime
