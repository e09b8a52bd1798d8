#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/outcome.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "event/event_record.hpp"

namespace mactiond::sim {

struct ReceiverOptions {
  std::string name;
  /// Answers with a failure this often, after having read the event or before.
  int failures_per_mille = 0;
  /// This many of the events are refused for their content, each of them every time.
  int poison_per_mille = 0;
  /// Connections are refused in these spans (from, until).
  std::vector<std::pair<WallTime, WallTime>> down;
};

/// A webhook receiver: answers, and remembers what it was sent.
class ReceiverModel {
 public:
  ReceiverModel(ReceiverOptions options, std::uint64_t seed)
      : options_(std::move(options)), random_(seed) {}

  [[nodiscard]] Outcome receive(const core::EventRecord& event, WallTime now);
  /// Connections are refused in this span too.
  void fail_between(WallTime from, WallTime until) { options_.down.emplace_back(from, until); }
  /// From now on everything is taken, beside what is refused for its content.
  void heal() {
    options_.failures_per_mille = 0;
    options_.down.clear();
  }

  struct Received {
    std::string id;
    int times = 0;
    WallTime first{};
  };
  /// What was taken (answered 2xx, or processed although the answer was a failure), by seq.
  [[nodiscard]] const std::map<std::uint64_t, Received>& received() const { return received_; }
  /// Whether the event was refused for its content so often that it may be given up.
  [[nodiscard]] bool refused_for_good(std::uint64_t seq) const {
    const auto found = refusals_.find(seq);
    return found != refusals_.end() && found->second >= 3;
  }
  [[nodiscard]] bool is_poison(std::uint64_t seq) const;
  [[nodiscard]] bool takes_all() const { return options_.poison_per_mille == 0; }
  /// When connections are refused.
  [[nodiscard]] const std::vector<std::pair<WallTime, WallTime>>& outages() const {
    return options_.down;
  }
  /// What the receiver saw that no sender may do; empty if nothing.
  [[nodiscard]] const std::vector<std::string>& violations() const { return violations_; }
  [[nodiscard]] const std::string& name() const { return options_.name; }

 private:
  void take(const core::EventRecord& event, WallTime now);

  ReceiverOptions options_;
  Random random_;
  std::map<std::uint64_t, Received> received_;
  std::map<std::string, std::uint64_t> last_of_action_;
  std::map<std::uint64_t, int> refusals_;
  std::vector<std::string> violations_;
};

}  // namespace mactiond::sim
