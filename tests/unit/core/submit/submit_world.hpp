#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "core/submit/submission_follower.hpp"
#include "core/submit/submit_ledger.hpp"

namespace mactiond::core::test {

/// Some hours of submissions against an API that loses answers, in a process that crashes between
/// any two steps and at a wall clock that jumps. What is promised is checked by means of its own:
/// true times, and the actions that the API really made.
class SubmitWorld {
 public:
  explicit SubmitWorld(std::uint64_t seed);

  void run();
  [[nodiscard]] const std::vector<std::string>& broken() const { return broken_; }
  [[nodiscard]] const std::map<std::string, Submission>& rows() const { return rows_; }
  [[nodiscard]] int crashes() const { return crashes_; }

 private:
  using True = Duration;  ///< since the beginning

  /// What really happened to a submission.
  struct Truth {
    True asked{};
    std::optional<True> waiting;
    std::optional<True> unblocked;
    std::optional<True> left;
  };
  struct Made {
    MachineAction action;
    True visible{};
    True ends{};
    ActionStatus::Known end = ActionStatus::Known::Succeeded;
  };
  struct Flight {
    SubmissionFollower::Job job;
    True arrives{};
    True answers{};
    std::optional<StartAnswer> answer;  ///< once it has arrived
    int process = 0;
  };
  struct List {
    ListRead read;
    True ends{};
    bool complete = true;
    int process = 0;
  };
  struct Cancel {
    BlockerCancel cancel;
    True at{};
  };

  [[nodiscard]] bool chance(int percent) { return random_.below(100) < std::uint64_t(percent); }
  [[nodiscard]] Duration between(Duration low, Duration high);
  [[nodiscard]] MonoTime mono() const { return MonoTime(now_ - booted_); }
  [[nodiscard]] WallTime api_clock() const;
  [[nodiscard]] SubmitTime time() const;
  void claim(bool holds, const std::string& what, const std::string& id);

  void start();
  void reboot();
  /// False if the process crashed: nothing of the step took effect, stored or not.
  template <class Decide>
  bool step(const Decide& decide);
  void commit(const SubmitOutput& out);

  void disturb();
  void ask_for_something();
  void work();
  void leave(const SubmissionFollower::Job& job);
  void begin_list();
  void end_list();
  void answer_posts();
  void cancel_blockers();
  /// Whether no list has shown its end.
  [[nodiscard]] bool is_news(const std::optional<MachineAction>& action) const;
  void arrive(Flight& flight);
  [[nodiscard]] StartAnswer handle(const Flight& flight);
  MachineAction make(const std::string& machine, const std::string& comment);
  [[nodiscard]] const Made* pending_on(const std::string& machine) const;
  void progress();
  void check_end();

  Random random_;
  std::vector<std::string> broken_;
  True now_{};
  True booted_{};
  int process_ = 0;
  int boot_ = 0;
  int crashes_ = 0;
  bool calm_ = false;
  bool knows_time_ = false;
  Duration wall_off_{};
  std::uint64_t ids_ = 0;
  SubmitOptions options_;
  SubmitRegion region_;
  std::optional<SubmitLedger> ledger_;
  std::optional<SubmissionFollower> follower_;
  std::map<std::string, Submission> rows_;
  std::vector<std::string> order_;
  std::vector<SubmissionOrder> orders_;
  std::map<std::string, Truth> truth_;
  std::set<std::pair<std::string, SubmissionState>> reported_;
  std::map<std::string, MachineAction> stored_;  ///< actions, as last seen
  std::map<std::string, Made> made_;
  std::vector<Flight> flights_;
  std::optional<List> list_;
  True next_list_{};
  std::vector<Cancel> cancels_;
};

}  // namespace mactiond::core::test
