#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sim/api_model.hpp"
#include "sim/watcher.hpp"

namespace mactiond::sim {

/// Holds what events say of machines against the truth, and how long they wait for it against the
/// limit: five seconds from the list that showed what they report.
class EnrichOracle : public Watcher {
 public:
  using Apis = std::map<std::string, std::unique_ptr<ApiModel>>;
  explicit EnrichOracle(const Apis& apis) : apis_(apis) {}

  void started(bool rebooted, const Moment& now) override;
  void heard(const core::Event& event, const Moment& now) override;
  void stepped(const core::Step& step, const Moment& now) override;

  /// Empty if nothing is wrong.
  [[nodiscard]] const std::vector<std::string>& violations() const { return violations_; }
  /// Transitions that were recorded, and those of them that said something of their machine.
  [[nodiscard]] std::size_t recorded() const { return recorded_; }
  [[nodiscard]] std::size_t enriched() const { return enriched_; }

 private:
  void check(const core::EventRecord& event, const Moment& now);

  const Apis& apis_;
  /// When an answer showed an action in a status first, to the engine that is there now.
  std::map<std::pair<std::string, std::string>, Duration> shown_;
  std::vector<std::string> violations_;
  std::size_t recorded_ = 0;
  std::size_t enriched_ = 0;
};

}  // namespace mactiond::sim
