#pragma once

#include <bitset>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "action/machine_action.hpp"
#include "action/machine_facts.hpp"
#include "base/glob.hpp"
#include "base/time.hpp"
#include "core/options.hpp"

namespace mactiond::core {

/// What policies look at in an action; an empty text is a value that the API did not send.
struct ActionFacts {
  ActionType type;
  ActionStatus status;
  std::string requestor;
  std::string requestor_comment;
  std::string request_source;
  std::string computer_dns_name;
  std::string machine_id;
  std::optional<WallTime> created;
  std::optional<WallTime> last_update;
  /// When this store saw the action first, by the API's clock; the epoch where that is not known.
  WallTime first_seen{};
  std::optional<MachineMarks> machine{};  ///< nothing while they are not known

  bool operator==(const ActionFacts&) const = default;
};

[[nodiscard]] ActionFacts facts_of(const MachineAction& action);

/// What was recorded of an action has happened by then: nothing that follows from it is earlier.
[[nodiscard]] inline WallTime recorded_by(const ActionFacts& facts) {
  return facts.last_update.value_or(facts.first_seen);
}

/// Which policy governs an action, whatever it does then.
struct Governing {
  const PolicyOptions* policy = nullptr;  ///< the first that fits for certain; nullptr: none does
  /// An earlier one that governs instead if the machine fits it: the machine is not known yet.
  /// Until then nothing is cancelled.
  const PolicyOptions* rival = nullptr;
  bool operator==(const Governing&) const = default;
};

/// The policies of a configuration in its order, ready to be matched. They never change: a reload
/// makes others.
class Policies {
 public:
  Policies() = default;
  explicit Policies(std::vector<PolicyOptions> policies);
  Policies(const Policies&) = delete;
  Policies& operator=(const Policies&) = delete;
  ~Policies() = default;

  /// Valid as long as this object is.
  [[nodiscard]] Governing governing(std::string_view region, const ActionFacts& facts) const;
  [[nodiscard]] const std::vector<PolicyOptions>& all() const { return options_; }

 private:
  // The alternatives of one key; none: the key is not given and everything fits.
  using Globs = std::vector<Glob>;

  struct Compiled {
    std::bitset<16> types;     // by ActionType::Known, decided beforehand but for Unknown
    std::bitset<16> statuses;  // likewise
    Globs type;
    Globs status;
    Globs region;
    Globs requestor;
    Globs request_source;
    Globs computer;
    Globs comment;
    Globs machine_group;
    Globs machine_tag;
  };
  static Compiled compile(const PolicyMatch& match);
  static bool fits(const Compiled& compiled, std::string_view region, const ActionFacts& facts);
  /// Nothing if that depends on a machine that is not known.
  static std::optional<bool> fits_machine(const Compiled& compiled,
                                          const std::optional<MachineMarks>& machine);

  std::vector<PolicyOptions> options_;
  std::vector<Compiled> compiled_;
};

/// Whoever keeps what governing() returned keeps these too.
using SharedPolicies = std::shared_ptr<const Policies>;

/// What the policy counts the age from: the stamp it names, else when the action was first seen.
/// Nothing where neither is known.
[[nodiscard]] std::optional<WallTime> age_from(const PolicyOptions& policy,
                                               const ActionFacts& facts);

/// The server's time from which on the policy calls the action stale. Nothing if it never does: the
/// policy ignores, the action is final, or there is nothing to count the age from.
[[nodiscard]] std::optional<WallTime> stale_at(const PolicyOptions& policy,
                                               const ActionFacts& facts);

/// Why the policy must not cancel this action, stale or not; nothing if it may. A second line of
/// defence behind the check of the configuration: it asks for a cancel policy that names types, for
/// an action that is not final, for a status known to this version, and for the type in full
/// letters where that is unknown to this version or undoes a containment (Unisolate,
/// UnrestrictCodeExecution) or takes the device away (Offboard).
[[nodiscard]] std::optional<std::string> never_cancelled(const PolicyOptions& policy,
                                                         const ActionFacts& facts);

/// Whether the type must be named in full letters by a policy that cancels it.
[[nodiscard]] bool is_named_only(const ActionType& type);

/// Whether one of the globs is the type's name itself; spaces and letter case do not matter.
[[nodiscard]] bool names_literally(const std::vector<std::string>& globs, const ActionType& type);

/// The policy's comment for the API: never empty, one line, valid UTF-8, at most kCommentMax bytes.
/// Values of the action are inserted as they are: braces in them mean nothing.
[[nodiscard]] std::string render_comment(const PolicyOptions& policy, const ActionId& id,
                                         const ActionFacts& facts, Duration age);
inline constexpr std::size_t kCommentMax = 1000;

/// What is wrong with a template for render_comment, in words for its author; nothing if it is
/// right.
[[nodiscard]] std::optional<std::string> comment_mistake(std::string_view comment);

/// "6h 5m": the two largest units, rounded down; below a minute "12s".
[[nodiscard]] std::string age_text(Duration age);

/// The number of patterns over all keys.
[[nodiscard]] std::size_t pattern_count(const PolicyMatch& match);

}  // namespace mactiond::core
