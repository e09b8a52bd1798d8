#pragma once

#include <functional>
#include <map>
#include <string>

#include "base/time.hpp"
#include "core/command.hpp"
#include "core/event.hpp"
#include "defender/oauth.hpp"
#include "http/client.hpp"
#include "ops/metrics.hpp"
#include "runtime/task_group.hpp"
#include "webhook/request.hpp"

namespace mactiond::runtime {

/// How one region is reached. The client outlives the runner.
struct RegionAccess {
  http::Client* client = nullptr;
  http::Url api;
  defender::ClientSecretCredential credential;
  /// Reads the secret again for every token, so that a corrected file is picked up.
  std::function<Result<Secret>()> read_secret;
};

/// How one webhook is reached. The client outlives the runner.
struct WebhookAccess {
  http::Client* client = nullptr;
  webhook::Target target;
};

/// Carries out commands, one task each. Every command it starts ends in exactly one event given
/// to post: also on a deadline, on cancellation and at shutdown.
class CommandRunner {
 public:
  using Post = std::function<void(core::Event)>;
  CommandRunner(const Clock& clock, std::map<std::string, RegionAccess> regions,
                std::map<std::string, WebhookAccess> webhooks, ops::Metrics& metrics, Post post);

  /// LoadDeliveries is not for here: the driver answers it from the store.
  void start(core::Command command, TaskGroup& reads, TaskGroup& deliveries);

 private:
  Task<void> fetch_token(core::FetchToken command);
  Task<void> list_actions(core::ListActions command);
  Task<void> get_action(core::GetAction command);
  Task<void> cancel_action(core::CancelAction command);
  Task<void> send_delivery(core::SendDelivery command);

  /// One API call; its disposition comes with its answer.
  struct Answer {
    http::Response response;
    Disposition outcome;
    std::optional<WallTime> server_date;
  };
  Task<Answer> call(std::string region, std::string operation, http::Request request,
                    MonoTime deadline, MonoTime send_by);

  const Clock& clock_;
  std::map<std::string, RegionAccess> regions_;
  std::map<std::string, WebhookAccess> webhooks_;
  ops::Metrics& metrics_;
  Post post_;
};

}  // namespace mactiond::runtime
