#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "admin/backend.hpp"
#include "configuration.hpp"
#include "core/engine.hpp"
#include "doctor.hpp"
#include "explainer.hpp"
#include "ops/metrics.hpp"
#include "runtime/command_runner.hpp"
#include "runtime/driver.hpp"
#include "runtime/syslog_sender.hpp"
#include "store/store.hpp"

namespace mactiond::daemon {

/// Answers the requests of operators and monitors.
class OperatorBackend final : public admin::Backend {
 public:
  /// Everything referred to outlives the backend.
  struct Parts {
    const Clock& clock;
    Configuration& configuration;
    store::Store& store;
    core::Engine& engine;
    runtime::Driver& driver;
    runtime::CommandRunner& runner;
    ops::Metrics& metrics;
    const std::vector<std::unique_ptr<runtime::SyslogSender>>& syslog_senders;
  };
  OperatorBackend(const boost::asio::any_io_executor& executor, Parts parts, MonoTime started);

  [[nodiscard]] admin::DaemonInfo info() override;
  [[nodiscard]] core::EngineStatus status() override { return parts_.driver.status(); }
  [[nodiscard]] std::string metrics() override;
  [[nodiscard]] bool live() override { return parts_.driver.live(); }

  [[nodiscard]] Result<core::ActionPage> find_actions(const core::ActionFilter& filter) override;
  [[nodiscard]] Result<std::vector<core::ActionView>> find_action(const std::string& id) override;
  [[nodiscard]] Result<std::vector<core::ActionPlace>> find_places(
      const std::string& id_prefix) override;
  [[nodiscard]] Result<bool> occurs(core::ActionField field, const std::string& text) override;
  [[nodiscard]] Result<std::vector<core::EventRecord>> load_history(
      const core::ActionView& action) override;
  [[nodiscard]] Result<std::vector<core::Decision>> load_decisions(
      const core::ActionView& action) override;
  [[nodiscard]] Result<std::vector<core::EventRecord>> find_events(
      const core::EventFilter& filter) override;
  [[nodiscard]] Result<core::DeadLetterPage> find_dead_letters(
      const core::DeadLetterFilter& filter) override;
  [[nodiscard]] Result<std::optional<core::DeadLetterView>> find_dead_letter(
      const std::string& webhook, std::uint64_t seq) override;
  [[nodiscard]] Result<core::SubmissionPage> find_submissions(
      const core::SubmissionFilter& filter) override;
  [[nodiscard]] Result<std::optional<core::Submission>> find_submission(
      const std::string& id) override;
  [[nodiscard]] Result<std::vector<core::KnownMachine>> find_machine_ids(
      const std::string& region, const std::string& name) override;

  [[nodiscard]] Result<std::optional<core::KnownMachine>> find_machine(
      const std::string& region, const std::string& id) override {
    return parts_.store.find_machine(region, id);
  }
  [[nodiscard]] std::optional<std::size_t> ahead_of(const std::string& submission) override {
    return parts_.engine.ahead_of(submission);
  }
  [[nodiscard]] std::string held_by(const std::string& submission) override {
    return parts_.engine.held_by(submission);
  }
  [[nodiscard]] std::optional<core::Reply> foresee(const core::SubmissionOrder& order) override {
    return parts_.engine.foresee(order, parts_.clock.now());
  }

  [[nodiscard]] Result<void> reopen(const core::Operator& by) override;
  [[nodiscard]] std::vector<std::string> reload(const core::Operator& by) override;
  [[nodiscard]] Result<core::Reply> operate(core::Event request) override;
  [[nodiscard]] std::optional<core::Reply> test_webhook(
      const std::string& webhook, std::function<void(core::WebhookTested)> done) override;
  [[nodiscard]] admin::Plans explain() override;
  [[nodiscard]] std::optional<core::Reply> explain_text(
      const std::string& text, const std::string& name,
      std::function<void(const admin::Explained&)> done) override;
  void ask(const std::string& region, core::Question question,
           std::function<void(core::QuestionResult)> done) override;
  [[nodiscard]] std::optional<std::string> examine(
      const doctor::Wanted& wanted, std::function<void(doctor::Checks)> done) override {
    return doctor_.examine(wanted, std::move(done));
  }
  std::function<void()> fetch(const std::string& region, core::Question link,
                              std::function<void(admin::Fetched)> done) override;

 private:
  Parts parts_;
  MonoTime started_;
  Explainer explainer_;
  Doctor doctor_;
};

}  // namespace mactiond::daemon
