#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "action/machine_facts.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"
#include "core/enrich/machine_book.hpp"
#include "core/enrich/reported_failures.hpp"
#include "core/event.hpp"
#include "core/region/region_calls.hpp"
#include "core/rows.hpp"
#include "core/step_writer.hpp"

namespace mactiond::core {

/// The facts of the machines of a region: when they are asked for, and where they go. It is the
/// last lane of all. While it is off, nothing is known of any machine.
class MachineLane {
 public:
  /// Off: everything is forgotten. Failures are logged again.
  void configure(bool on);
  [[nodiscard]] bool is_on() const { return on_; }
  void restore(const MachineRow& row, Now now);

  /// See MachineBook.
  void want(const std::string& machine, bool soon, MonoTime now);
  void defer(const std::string& machine) { book_.defer(machine); }
  [[nodiscard]] const MachineFacts* find(const std::string& machine, MonoTime now) const {
    return book_.find(machine, now);
  }
  [[nodiscard]] std::optional<MachineMarks> marks(const std::string& machine, MonoTime now) const;
  /// See MachineBook::is_settled.
  [[nodiscard]] bool is_settled(const std::string& machine, MonoTime until,
                                const RegionCalls& calls, MonoTime now) const;

  struct Sending {
    const std::string& region;
    const Secret& token;
  };
  /// Before the lists: at most one call, if it is its turn. send() follows.
  void send_first(const Sending& how, RegionCalls& calls, Now now, StepWriter& out);
  void send(const Sending& how, RegionCalls& calls, Now now, StepWriter& out);
  /// again: it failed only because it needs a new token. What is known of the machine now; nothing
  /// if the call showed nothing.
  [[nodiscard]] std::optional<MachineMarks> answered(const std::string& region,
                                                     const RegionCall& call,
                                                     const QuestionAnswered& answer, bool again,
                                                     Now now, StepWriter& out);

  [[nodiscard]] std::optional<MonoTime> wake_at(const CallTurns& turns) const;

 private:
  [[nodiscard]] bool is_due(MonoTime now) const;
  /// False if the quota has no call.
  [[nodiscard]] bool send_one(const Sending& how, RegionCalls& calls, Now now, StepWriter& out);
  void report(const std::string& region, const Outcome& outcome, MonoTime now, StepWriter& out);

  MachineBook book_;
  ReportedFailures reported_;
  bool on_ = false;
  std::size_t in_progress_ = 0;
  std::optional<MonoTime> wait_;  ///< the quota has no call before then
};

}  // namespace mactiond::core
