#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/batch.hpp"
#include "core/command.hpp"
#include "core/recorder.hpp"
#include "core/slot.hpp"
#include "core/step.hpp"

namespace mactiond::core {

class Outbox;

/// Adds to an event what is known of the machine that it is about: this one, or that of its action
/// where none is given.
using DescribeMachine = std::function<void(EventRecord& event, const std::string& machine)>;

/// Where the parts of the engine put what they decide during one step.
class StepWriter {
 public:
  StepWriter(Step& step, Recorder& recorder, std::vector<Slot<Outbox>>& outboxes,
             std::uint64_t& last_id, const DescribeMachine* describe = nullptr)
      : step_(step),
        recorder_(recorder),
        outboxes_(outboxes),
        last_id_(last_id),
        describe_(describe) {}

  [[nodiscard]] Batch& batch() { return step_.writes; }
  [[nodiscard]] std::vector<Command>& commands() { return step_.commands; }
  [[nodiscard]] std::uint64_t& last_id() { return last_id_; }
  [[nodiscard]] CommandId next_id() { return CommandId{++last_id_}; }

  /// The event gets its number and its row, and a delivery row of each webhook that receives it.
  /// False if it was recorded before. machine: see DescribeMachine.
  bool record(EventRecord event, WallTime now, const std::string& machine = {});

  void removal(RemovalFact fact) { step_.removals.push_back(std::move(fact)); }

  void transition(TransitionFact fact) { step_.transitions.push_back(std::move(fact)); }

  void cancel(CancelFact fact) { step_.cancels.push_back(std::move(fact)); }

  void submission(SubmissionFact fact) { step_.submissions.push_back(std::move(fact)); }

  void answer(AnsweredQuestion answered) { step_.answers.push_back(std::move(answered)); }

  void reply(Reply reply) { step_.reply = std::move(reply); }

  void log(LogEntry::Level level, std::string event,
           std::vector<std::pair<std::string, std::string>> fields) {
    step_.log_entries.push_back({level, std::move(event), std::move(fields)});
  }

 private:
  Step& step_;
  Recorder& recorder_;
  std::vector<Slot<Outbox>>& outboxes_;
  std::uint64_t& last_id_;
  const DescribeMachine* describe_;
};

}  // namespace mactiond::core
