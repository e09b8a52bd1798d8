#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "action/machine_facts.hpp"
#include "base/outcome.hpp"
#include "base/time.hpp"

namespace mactiond::core {

/// How long the facts of a machine count.
inline constexpr Duration kFactsFor = std::chrono::hours(24);
/// More than the API's quota can ask for within that time.
inline constexpr std::size_t kMachinesKnownMax = 50'000;

/// What is known of the machines of a region, and which of them are to be asked for.
///
/// After a failed call nothing is asked for a while, and nobody waits meanwhile.
class MachineBook {
 public:
  /// From the store; read: when the API said so.
  void restore(const std::string& machine, MachineFacts facts, MonoTime read);

  /// Nothing if they are not known, or older than a day.
  [[nodiscard]] const MachineFacts* find(const std::string& machine, MonoTime now) const;
  /// The machine is asked for, unless its facts are known for some hours more, or it is left alone
  /// after a failure. soon: before all that are not, because an event waits for it.
  void want(const std::string& machine, bool soon, MonoTime now);
  /// No event waits for it any more.
  void defer(const std::string& machine);
  /// Whether the facts of the machine are known or do not come soon, so that nobody needs to wait.
  /// until: how long somebody would; call_at: when the next call may leave.
  [[nodiscard]] bool is_settled(const std::string& machine, MonoTime until, MonoTime call_at,
                                MonoTime now) const;

  /// Whether next() has one.
  [[nodiscard]] bool is_due(MonoTime now) const { return due_at() && *due_at() <= now; }
  [[nodiscard]] std::optional<MonoTime> due_at() const;
  /// Whether an event waits for it.
  [[nodiscard]] bool is_next_awaited() const;
  /// Which machine is to be asked for: its call leaves now. Only if is_due().
  [[nodiscard]] std::string next();

  void found(const std::string& machine, MachineFacts facts, MonoTime now);
  /// The call showed nothing. Only after a throttle, or to be made again with a newer token
  /// (again), is it repeated by itself; else if the machine is wanted after its rest.
  void failed(const std::string& machine, const Outcome& outcome, bool again, MonoTime now);

  [[nodiscard]] std::size_t size() const { return machines_.size(); }

 private:
  enum class Wanted : std::uint8_t { No, Later, Soon, Asked };
  struct Entry {
    MachineFacts facts{};
    std::optional<MonoTime> read{};
    MonoTime rests_until = MonoTime::min();  ///< it is not asked for before then
    Wanted wanted = Wanted::No;
    std::uint64_t number = 0;  ///< in the queue
    int failures = 0;          ///< in a row
    int own_failures = 0;      ///< those of them that say something of this machine
    bool missing = false;      ///< the API did not find it
  };
  /// Later or Soon, and the number.
  using Place = std::pair<Wanted, std::uint64_t>;
  struct IsBefore {
    bool operator()(const Place& a, const Place& b) const {
      return a.first != b.first ? a.first > b.first : a.second < b.second;
    }
  };

  [[nodiscard]] static bool is_fresh(const Entry& entry, MonoTime now);
  void enqueue(const std::string& machine, Entry& entry, Wanted how);
  void leave_queue(Entry& entry);
  void not_found(Entry& entry, MonoTime now);
  void hold_up(const Outcome& outcome, MonoTime now);
  void make_room(MonoTime now);

  std::unordered_map<std::string, Entry> machines_;
  std::map<Place, std::string, IsBefore> queue_;
  std::uint64_t last_number_ = 0;
  MonoTime paused_until_ = MonoTime::min();
  int failures_ = 0;                    ///< outages in a row
  MonoTime look_at_ = MonoTime::min();  ///< for room
};

}  // namespace mactiond::core
