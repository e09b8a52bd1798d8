#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "core/command.hpp"
#include "core/event.hpp"
#include "core/step.hpp"
#include "defender/oauth.hpp"
#include "http/client.hpp"
#include "ops/metrics.hpp"
#include "runtime/task_group.hpp"
#include "webhook/request.hpp"

namespace mactiond::runtime {

/// How one region is reached.
struct RegionAccess {
  std::shared_ptr<http::Client> client;
  http::Url api;
  defender::ClientSecretCredential credential;
  /// Reads the secret again for every token, so that a corrected file is picked up.
  std::function<Result<Secret>()> read_secret;
};

/// How one webhook is reached.
struct WebhookAccess {
  std::shared_ptr<http::Client> client;
  webhook::Target target;
  Duration timeout = std::chrono::seconds(15);  ///< of a test; deliveries bring their own
  bool secret_url = false;                      ///< not even its host is shown
  /// Called before each attempt: reads what changed in the files of secrets and certificates.
  std::function<void(WebhookAccess&)> refresh{};
};

/// How everything configured is reached, by name. Shared with the calls under way: after a reload
/// they end with what they began with.
struct Accesses {
  std::map<std::string, std::shared_ptr<RegionAccess>> regions;
  std::map<std::string, std::shared_ptr<WebhookAccess>> webhooks;
};

/// Carries out commands, one task each. Every command it starts ends in exactly one event given
/// to post: also on a deadline, on cancellation and at shutdown.
class CommandRunner {
 public:
  using Post = std::function<void(core::Event)>;
  CommandRunner(const Clock& clock, Accesses accesses, ops::Metrics& metrics, Post post);

  /// For the commands to come.
  void use(Accesses accesses) { accesses_ = std::move(accesses); }

  /// What became of a test event.
  struct Tested {
    Disposition outcome;
    Duration took{};
  };
  using Done = std::function<void(Tested)>;
  /// Why a webhook cannot be tested now; nothing where it can.
  [[nodiscard]] std::optional<core::Reply> refuse_test(const std::string& webhook) const;
  /// Sends a webhook.test event, once and now, whatever state the webhook is in; its answer changes
  /// nothing. Calls done once. Only where refuse_test has nothing to say.
  [[nodiscard]] Task<void> test_webhook(const std::string& webhook, const std::string& instance,
                                        Done done);

  /// LoadDeliveries and LoadOldest are not for here: the driver answers them from the store.
  void start(core::Command command, TaskGroup& reads, TaskGroup& deliveries);

 private:
  using RegionRef = std::shared_ptr<RegionAccess>;
  using WebhookRef = std::shared_ptr<WebhookAccess>;

  Task<void> fetch_token(core::FetchToken command, RegionRef region);
  Task<void> list_actions(core::ListActions command, RegionRef region);
  Task<void> get_action(core::GetAction command, RegionRef region);
  Task<void> cancel_action(core::CancelAction command, RegionRef region);
  Task<void> send_delivery(core::SendDelivery command, WebhookRef receiver);

  Task<void> run_test(WebhookRef receiver, core::EventRecord event, std::string webhook, Done done);
  Task<Disposition> acknowledged(WebhookRef receiver, http::Response response, MonoTime deadline);
  /// One message with all events.
  Task<Disposition> attempt(WebhookRef receiver, std::vector<core::EventRecord> events,
                            Duration limit);

  /// One API call; its disposition comes with its answer.
  struct Answer {
    http::Response response;
    Disposition outcome;
    std::optional<WallTime> server_date;
  };
  Task<Answer> call(RegionRef region, std::string operation, http::Request request,
                    MonoTime deadline, MonoTime send_by);

  const Clock& clock_;
  Accesses accesses_;
  ops::Metrics& metrics_;
  Post post_;
  std::set<std::string> under_test_;
};

}  // namespace mactiond::runtime
