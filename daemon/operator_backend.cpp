#include "operator_backend.hpp"

#include <cstddef>
#include <utility>
#include <variant>

#include "engine_options.hpp"
#include "ops/log.hpp"
#include "random_bits.hpp"

namespace mactiond::daemon {
namespace {

using Level = core::LogEntry::Level;

/// To copy this many facts takes the loop some milliseconds.
constexpr std::size_t kExplainedAtMost = 20'000;

constexpr Duration kPatience = std::chrono::seconds(30);
/// The quota has two links to packages a minute.
constexpr Duration kLinkPatience = std::chrono::minutes(1);

ActionId action_of(const core::Question& link) {
  if (const auto* package = std::get_if<core::PackageLink>(&link)) return package->action;
  if (const auto* result = std::get_if<core::ResultLink>(&link)) return result->action;
  return {};
}

/// The link that answers a question for one, or why there is none.
std::variant<core::Link, core::Unanswered> link_in(core::QuestionResult result) {
  if (auto* unanswered = std::get_if<core::Unanswered>(&result)) return std::move(*unanswered);
  auto& answer = std::get<core::Answer>(result);
  if (auto* link = std::get_if<core::Link>(&answer)) return std::move(*link);
  return core::Unanswered{core::Unanswered::Why::Failed, "the API's answer has no link"};
}

}  // namespace

OperatorBackend::OperatorBackend(const boost::asio::any_io_executor& executor, Parts parts,
                                 MonoTime started)
    : parts_(parts),
      started_(started),
      explainer_(executor, parts.configuration.environment(), engine_options),
      doctor_(executor,
              {parts.clock, parts.configuration, parts.store, parts.driver, parts.runner}) {}

admin::DaemonInfo OperatorBackend::info() {
  const config::Config& config = parts_.configuration.current();
  return {MACTIOND_VERSION, config.daemon.instance, parts_.clock.now().mono - started_};
}

std::string OperatorBackend::metrics() {
  const WallTime now = parts_.clock.now().wall;
  const core::EngineStatus status = parts_.driver.status();
  parts_.metrics.update(status, now);
  for (const auto& webhook : parts_.configuration.current().webhooks) {
    const auto oldest = parts_.store.oldest_queued(webhook.core.name);
    const bool waiting = oldest && *oldest;
    parts_.metrics.webhook_oldest(webhook.core.name, waiting ? now - **oldest : Duration{});
  }
  for (const auto& sender : parts_.syslog_senders) {
    parts_.metrics.update(sender->status(status.last_seq));
  }
  return parts_.metrics.text();
}

Result<core::ActionPage> OperatorBackend::find_actions(const core::ActionFilter& filter) {
  return parts_.store.find_actions(filter);
}

Result<std::vector<core::ActionView>> OperatorBackend::find_action(const std::string& id) {
  return parts_.store.find_action(id);
}

Result<std::vector<core::ActionPlace>> OperatorBackend::find_places(const std::string& id_prefix) {
  return parts_.store.find_places(id_prefix);
}

Result<bool> OperatorBackend::occurs(core::ActionField field, const std::string& text) {
  return parts_.store.occurs(field, text);
}

Result<std::vector<core::EventRecord>> OperatorBackend::load_history(
    const core::ActionView& action) {
  return parts_.store.load_history(action);
}

Result<std::vector<core::Decision>> OperatorBackend::load_decisions(
    const core::ActionView& action) {
  return parts_.store.load_decisions(action.region, action.id);
}

Result<std::vector<core::EventRecord>> OperatorBackend::find_events(
    const core::EventFilter& filter) {
  return parts_.store.find_events(filter);
}

Result<core::DeadLetterPage> OperatorBackend::find_dead_letters(
    const core::DeadLetterFilter& filter) {
  return parts_.store.find_dead_letters(filter);
}

Result<std::optional<core::DeadLetterView>> OperatorBackend::find_dead_letter(
    const std::string& webhook, std::uint64_t seq) {
  return parts_.store.find_dead_letter(webhook, seq);
}

Result<core::SubmissionPage> OperatorBackend::find_submissions(
    const core::SubmissionFilter& filter) {
  return parts_.store.find_submissions(filter);
}

Result<std::optional<core::Submission>> OperatorBackend::find_submission(const std::string& id) {
  return parts_.store.find_submission(id);
}

Result<std::vector<core::KnownMachine>> OperatorBackend::find_machine_ids(const std::string& region,
                                                                          const std::string& name) {
  return parts_.store.find_machine_ids(region, name);
}

Result<void> OperatorBackend::reopen(const core::Operator& by) {
  ops::log(Level::Info, "reopen_requested", core::with_operator({}, by));
  return parts_.driver.reopen_log_now();
}

std::vector<std::string> OperatorBackend::reload(const core::Operator& by) {
  return parts_.configuration.reload(by, {parts_.driver, parts_.runner, parts_.metrics});
}

Result<core::Reply> OperatorBackend::operate(core::Event request) {
  if (auto* asked = std::get_if<core::AskSubmission>(&request)) {
    asked->chance = {random_bits(), random_bits()};
  }
  return parts_.driver.operate(std::move(request));
}

std::optional<core::Reply> OperatorBackend::test_webhook(
    const std::string& webhook, std::function<void(core::WebhookTested)> done) {
  if (const auto refused = parts_.driver.refusal()) {
    return core::Refused{core::Unavailable{refused->where}};
  }
  if (auto refusal = parts_.runner.deliveries.refuse_test(webhook)) return refusal;
  const auto end = [webhook, done = std::move(done)](core::WebhookTested tested) {
    const bool taken = tested.outcome.ok();
    ops::log(Level::Info, "webhook_tested",
             {{"webhook", webhook}, {"result", taken ? "ok" : describe(tested.outcome)}});
    done(std::move(tested));
  };
  const std::string& instance = parts_.configuration.current().daemon.instance;
  parts_.driver.run_beside(parts_.runner.deliveries.test(webhook, instance, end));
  return std::nullopt;
}

admin::Plans OperatorBackend::explain() {
  return parts_.engine.explain(nullptr, parts_.clock.now());
}

std::optional<core::Reply> OperatorBackend::explain_text(
    const std::string& text, const std::string& name,
    std::function<void(const admin::Explained&)> done) {
  if (explainer_.busy()) {
    return core::Refused{core::ExplainInProgress{}};
  }
  auto actions = parts_.engine.open_actions(kExplainedAtMost);
  if (!actions) {
    done(std::vector<std::string>{"there are more than " + std::to_string(kExplainedAtMost) +
                                  " open actions: load the configuration with dry_run = true to "
                                  "see what its policies would do"});
    return std::nullopt;
  }
  explainer_.begin(text, name, *std::move(actions),
                   [this, done = std::move(done)](const Explainer::Outcome& outcome) {
                     if (const auto* errors = std::get_if<std::vector<std::string>>(&outcome)) {
                       return done(*errors);
                     }
                     done(parts_.engine.explain(std::get<0>(outcome).get(), parts_.clock.now()));
                   });
  return std::nullopt;
}

void OperatorBackend::ask(const std::string& region, core::Question question,
                          std::function<void(core::QuestionResult)> done) {
  const Duration patience =
      core::quota_of(question) == QuotaKind::PackageLink ? kLinkPatience : kPatience;
  parts_.driver.ask({0, region, std::move(question), patience}, std::move(done));
}

std::function<void()> OperatorBackend::fetch(const std::string& region, core::Question link,
                                             std::function<void(admin::Fetched)> done) {
  const auto place =
      std::make_shared<runtime::Downloads::Place>(parts_.runner.downloads.take_place());
  if (!*place) {
    done(core::Unanswered{core::Unanswered::Why::TooMany,
                          "4 downloads are in progress, and no more are allowed at once: wait for "
                          "one to end"});
    return [] {};
  }
  const ActionId action = action_of(link);
  ask(region, std::move(link),
      [this, region, action, place, done = std::move(done)](core::QuestionResult result) {
        if (!*place) return;
        auto answer = link_in(std::move(result));
        if (auto* unanswered = std::get_if<core::Unanswered>(&answer)) {
          return done(std::move(*unanswered));
        }
        if (const auto refused = parts_.driver.refusal()) {
          return done(core::Unanswered{core::Unanswered::Why::Unavailable, refused->where});
        }
        parts_.driver.run_beside(
            parts_.runner.downloads.fetch(region, action, std::get<core::Link>(std::move(answer)),
                                          std::exchange(*place, {}), done));
      });
  return [place] { place->reset(); };
}

}  // namespace mactiond::daemon
