#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "action/machine_action.hpp"
#include "base/time.hpp"
#include "sim/directory.hpp"
#include "sim/entity.hpp"
#include "sim/list_view.hpp"
#include "sim/minter.hpp"
#include "sim/odata.hpp"
#include "sim/refusal.hpp"
#include "sim/traits.hpp"

namespace mactiond::sim {

/// The truth: one change of status that really happened.
struct Transition {
  std::uint64_t number = 0;  ///< 1, 2, 3 … in the order of happening
  ActionId id;
  std::optional<std::string> from;  ///< nothing: the action was created
  std::string to;
  WallTime time{};  ///< the lastUpdateDateTimeUtc that goes with it
};

struct ListAnswer {
  std::vector<const Version*> rows;  ///< valid until the model changes
  std::size_t matched = 0;
  bool has_next_link = false;
  std::size_t next_skip = 0;  ///< where the page after this one begins
};

/// The machine actions of one tenant as the Defender API keeps and shows them.
///
/// Time is the server's and always an argument; it must not go back. Every change happens at the
/// instant it was planned for, however late advance() is called.
class DefenderModel {
 public:
  DefenderModel(Traits traits, std::uint64_t seed);

  [[nodiscard]] const Traits& traits() const { return traits_; }
  /// Holds from the next change and call on; what is scheduled already keeps its time.
  void set_traits(Traits traits);
  [[nodiscard]] Directory& directory() { return directory_; }

  /// Puts an action there, whoever asked for it. An id that exists already is a bug of the caller.
  ActionId add(const Spec& spec, WallTime now);
  [[nodiscard]] bool contains(const ActionId& id) const { return by_id_.contains(id.value); }
  /// Sets a status now and drops the rest of the plan. False for an unknown id.
  bool move(const ActionId& id, std::string_view status, WallTime now);
  /// Makes the action vanish from lists and reads. False for an unknown id.
  bool remove(const ActionId& id, WallTime now);
  /// A device that goes offline holds its open actions until they time out; back online, they
  /// run by default_plan.
  void set_offline(const std::string& machine_id, bool offline, WallTime now);

  /// Lets everything happen that is due at now or before.
  void advance(WallTime now);
  /// When something happens next, if nothing else is asked.
  [[nodiscard]] std::optional<WallTime> next_change() const;

  // The API's methods; each advances to now first.

  [[nodiscard]] Answer<ListAnswer> list(const ListOptions& options, WallTime now);
  [[nodiscard]] Answer<ListAnswer> list(const core::Query& query, WallTime now);
  [[nodiscard]] Answer<const Version*> get(const ActionId& id, WallTime now);
  /// The action whose package is ready.
  [[nodiscard]] Answer<const Version*> package(const ActionId& id, WallTime now);
  /// The command of a live response, by its index, whose result is ready.
  [[nodiscard]] Answer<const LiveCommand*> live_result(const ActionId& id, std::size_t index,
                                                       WallTime now);
  [[nodiscard]] Answer<const Version*> cancel(const ActionId& id, const std::string& comment,
                                              const std::string& requestor, WallTime now);
  /// A POST to a machine. The answer is the created action, not yet filled in; or the one in its
  /// way, where the traits say so.
  [[nodiscard]] Answer<const Version*> create(const Spec& spec, WallTime now);

  /// The rows as a client would read them.
  [[nodiscard]] std::vector<MachineAction> values(const ListAnswer& answer) const;
  [[nodiscard]] std::string list_json(const ListAnswer& answer, const ListOptions& options) const;
  [[nodiscard]] std::string entity_json(const Version& version,
                                        const KeySelection& select = {}) const;

  /// Every change so far, in order.
  [[nodiscard]] const std::vector<Transition>& truth() const { return truth_; }
  /// The changes of one action, in order.
  [[nodiscard]] std::vector<Transition> history(const ActionId& id) const;
  /// The status an action really has; nothing for an unknown or removed one.
  [[nodiscard]] std::optional<std::string> status(const ActionId& id) const;
  /// What an action really is; nullptr for an unknown or removed one.
  [[nodiscard]] const Version* current(const ActionId& id) const;
  /// Actions ever added.
  [[nodiscard]] std::size_t size() const { return actions_.size(); }

 private:
  enum class Due : std::uint8_t { Step, ShowInList, ShowInGet, Fill, Cancel, Forget };
  struct Scheduled {
    Due what = Due::Step;
    std::uint32_t action = 0;
    std::uint32_t plan_revision = 0;  ///< of Step: void if the plan was replaced
    VersionPtr version;               ///< of ShowInList and ShowInGet
  };
  struct CancelRequest {
    std::string requestor;
    std::string comment;
  };
  struct Action {
    VersionPtr current;
    VersionPtr in_get;
    Plan plan;
    std::size_t next_step = 0;
    std::uint32_t plan_revision = 0;
    std::string later_scope;
    std::string later_name;
    std::optional<CancelRequest> cancel;  ///< accepted and without effect so far
    WallTime list_from{};
    WallTime get_from{};
    std::vector<std::uint32_t> changes;
    bool removed = false;
  };

  Action* find(const ActionId& id);
  [[nodiscard]] const Action* find(const ActionId& id) const;
  [[nodiscard]] Plan plan_for(const Spec& spec, const Entity& entity) const;
  [[nodiscard]] Duration scaled(Duration duration) const;

  void schedule(WallTime at, Scheduled scheduled);
  void schedule_step(std::uint32_t number, WallTime from);
  void replace_plan(std::uint32_t number, Plan plan, WallTime from);
  void happen(const Scheduled& scheduled, WallTime at);
  void step(std::uint32_t number, WallTime at);
  void fill(std::uint32_t number, WallTime at);
  void forget(std::uint32_t number);
  void apply_cancel(std::uint32_t number, WallTime at);
  void note_cancel(std::uint32_t number, WallTime at);
  void change_status(std::uint32_t number, std::string_view status, WallTime at,
                     const std::optional<CancelRequest>& cancel = std::nullopt);
  void record(std::uint32_t number, std::optional<std::string> from, const Entity& entity);
  void publish(std::uint32_t number, Entity entity, WallTime at);
  [[nodiscard]] Refusal unknown(const ActionId& id) const;
  [[nodiscard]] int open_sessions() const;
  [[nodiscard]] std::optional<Refusal> refuse_query(const ListOptions& options) const;
  [[nodiscard]] std::string next_link(const ListAnswer& answer, const ListOptions& options) const;

  Traits traits_;
  Minter minter_;
  std::vector<Action> actions_;
  std::unordered_map<std::string, std::uint32_t> by_id_;
  std::map<std::string, std::set<std::uint32_t>> open_by_machine_;
  std::set<std::string> offline_;
  Directory directory_;
  ListView list_;
  std::multimap<WallTime, Scheduled> schedule_;
  std::vector<Transition> truth_;
};

}  // namespace mactiond::sim
