#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "action/machine_action.hpp"
#include "core/cancel/policy.hpp"
#include "core/options.hpp"

namespace mactiond::core {

/// A copy of a region's open actions.
struct OpenActions {
  std::string region;
  std::vector<std::pair<ActionId, ActionFacts>> actions;
};

/// Policies that are not in force, matched against copies of the open actions. That takes as long
/// as there are patterns times actions, so it belongs on another thread than the loop's.
class PolicyTrial {
 public:
  explicit PolicyTrial(Options options);
  // What governs points into the policies.
  PolicyTrial(const PolicyTrial&) = delete;
  PolicyTrial& operator=(const PolicyTrial&) = delete;
  ~PolicyTrial() = default;

  /// keep_going is called before each action. False if it returned false.
  [[nodiscard]] bool match(const std::vector<OpenActions>& regions,
                           const std::function<bool()>& keep_going);

  [[nodiscard]] const Options& options() const { return options_; }
  /// Of each action of the region that was matched.
  using Governed = std::unordered_map<ActionId, Governing>;
  [[nodiscard]] const Governed& governed(const std::string& region) const;
  /// Of all policies together.
  [[nodiscard]] std::size_t pattern_count() const;

 private:
  Options options_;
  Policies policies_;
  std::unordered_map<std::string, Governed> regions_;
};

}  // namespace mactiond::core
