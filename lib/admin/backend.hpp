#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "base/time.hpp"
#include "core/decision.hpp"
#include "core/engine.hpp"
#include "core/question/question.hpp"
#include "core/read_view.hpp"
#include "core/status.hpp"
#include "core/submission_view.hpp"
#include "doctor/check.hpp"
#include "doctor/wanted.hpp"
#include "event/webhook_tested.hpp"
#include "http/message.hpp"

namespace mactiond::admin {

/// What every answer needs to know beside the engine's status.
struct DaemonInfo {
  std::string version;
  std::string instance;
  Duration uptime{};
};

using Plans = std::vector<core::Engine::RegionPlans>;
/// What a trial of a configuration's text led to: plans, or all its errors.
using Explained = std::variant<Plans, std::vector<std::string>>;

/// What a link leads to, or why there is nothing.
using Fetched = std::variant<http::Transfer, core::Unanswered>;

/// The daemon as the endpoints see it. A stream, and an answer that comes later, ask it after the
/// request: it outlives both.
class Backend {
 public:
  virtual ~Backend() = default;

  [[nodiscard]] virtual DaemonInfo info() = 0;
  [[nodiscard]] virtual core::EngineStatus status() = 0;
  /// Prometheus text.
  [[nodiscard]] virtual std::string metrics() = 0;
  /// The loop turned and the store answered lately.
  [[nodiscard]] virtual bool live() = 0;

  // What the store holds: store/reader.hpp.
  [[nodiscard]] virtual Result<core::ActionPage> find_actions(const core::ActionFilter& filter) = 0;
  [[nodiscard]] virtual Result<std::vector<core::ActionView>> find_action(
      const std::string& id) = 0;
  [[nodiscard]] virtual Result<std::vector<core::ActionPlace>> find_places(
      const std::string& id_prefix) = 0;
  [[nodiscard]] virtual Result<bool> occurs(core::ActionField field, const std::string& text) = 0;
  [[nodiscard]] virtual Result<std::vector<core::EventRecord>> load_history(
      const core::ActionView& action) = 0;
  [[nodiscard]] virtual Result<std::vector<core::Decision>> load_decisions(
      const core::ActionView& action) = 0;
  [[nodiscard]] virtual Result<std::vector<core::EventRecord>> find_events(
      const core::EventFilter& filter) = 0;
  [[nodiscard]] virtual Result<core::DeadLetterPage> find_dead_letters(
      const core::DeadLetterFilter& filter) = 0;
  [[nodiscard]] virtual Result<std::optional<core::DeadLetterView>> find_dead_letter(
      const std::string& webhook, std::uint64_t seq) = 0;
  [[nodiscard]] virtual Result<core::SubmissionPage> find_submissions(
      const core::SubmissionFilter& filter) = 0;
  [[nodiscard]] virtual Result<std::optional<core::Submission>> find_submission(
      const std::string& id) = 0;
  /// store/machine_names.hpp.
  [[nodiscard]] virtual Result<std::vector<core::KnownMachine>> find_machine_ids(
      const std::string& region, const std::string& name) = 0;

  [[nodiscard]] virtual Result<std::optional<core::KnownMachine>> find_machine(
      const std::string& region, const std::string& id) = 0;
  /// How many submissions of its region go before this one; nothing if it is not in a queue.
  [[nodiscard]] virtual std::optional<std::size_t> ahead_of(const std::string& submission) = 0;
  /// What holds it back now; empty where nothing does, or it is not in a queue.
  [[nodiscard]] virtual std::string held_by(const std::string& submission) = 0;
  /// The answer to an order of this kind, whatever its machine: its key is known, or it would be
  /// refused now. Nothing if it depends on the machine.
  [[nodiscard]] virtual std::optional<core::Reply> foresee(const core::SubmissionOrder& order) = 0;

  // What operators can have done. Each returns when it is done, and durable where it must be.

  /// Opens the transition log's file again, after a rotation.
  [[nodiscard]] virtual Result<void> reopen(const core::Operator& by) = 0;
  /// Reads the configuration again; why it was refused, error by error.
  [[nodiscard]] virtual std::vector<std::string> reload(const core::Operator& by) = 0;
  /// Has the engine answer one of its operator events.
  [[nodiscard]] virtual Result<core::Reply> operate(core::Event request) = 0;
  /// Sends a test event to a webhook, once and now, and calls done when its end is known. Or why
  /// not; done is not called then.
  [[nodiscard]] virtual std::optional<core::Reply> test_webhook(
      const std::string& webhook, std::function<void(core::WebhookTested)> done) = 0;
  /// By the policies in force.
  [[nodiscard]] virtual Plans explain() = 0;
  /// By the policies of a configuration's text, called name. Calls done when that is known. Or why
  /// not; done is not called then.
  [[nodiscard]] virtual std::optional<core::Reply> explain_text(
      const std::string& text, const std::string& name,
      std::function<void(const Explained&)> done) = 0;
  /// Asks the API of a region. Calls done exactly once: from within, or within a minute or so.
  virtual void ask(const std::string& region, core::Question question,
                   std::function<void(core::QuestionResult)> done) = 0;
  /// Looks at what the configuration reaches; at most two calls of a region's API. Calls done
  /// within some minutes. Or why not now; done is not called then.
  [[nodiscard]] virtual std::optional<std::string> examine(
      const doctor::Wanted& wanted, std::function<void(doctor::Checks)> done) = 0;
  /// Asks the API of a region for a link, a PackageLink or a ResultLink, and fetches what it leads
  /// to. Calls done at most once: from within, or within some minutes. To be called where nobody
  /// waits for it any more: the function that it returns; then the link is not followed.
  virtual std::function<void()> fetch(const std::string& region, core::Question link,
                                      std::function<void(Fetched)> done) = 0;
};

}  // namespace mactiond::admin
