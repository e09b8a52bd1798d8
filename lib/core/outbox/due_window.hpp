#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <vector>

#include "base/time.hpp"
#include "core/event.hpp"
#include "core/outbox/digest.hpp"

namespace mactiond::core {

/// Which deliveries of a webhook's queue are in memory: a few that are due and ready to be sent,
/// and those in flight. It decides when the store is read again.
class DueWindow {
 public:
  /// Loaded and neither answered nor removed: ready or in flight.
  [[nodiscard]] std::size_t held() const { return seqs_.size(); }
  [[nodiscard]] std::size_t ready() const { return ready_.size(); }
  [[nodiscard]] std::size_t in_flight() const { return seqs_.size() - ready_.size(); }
  [[nodiscard]] bool loading() const { return load_.has_value(); }

  /// Whether to read the store now, if it has this many in all and enough can leave side by side.
  [[nodiscard]] bool wants_load(std::int64_t queued, std::size_t enough, WallTime now) const;
  /// What is due before then is read.
  [[nodiscard]] WallTime due_until(WallTime now) const;
  /// A read begins; single: of the oldest alone. Returns how many rows to ask for.
  [[nodiscard]] std::size_t begin_load(CommandId id, bool single);
  void on(DeliveriesLoaded loaded);

  /// The deliveries of the next message, which are in flight from here on. ready() is not 0.
  [[nodiscard]] std::vector<DueDelivery> take(const Digest& digest) { return digest.take(ready_); }
  /// A delivery in flight was answered.
  void answered(std::uint64_t seq);
  /// These are no longer in the queue.
  void removed(const std::set<std::uint64_t>& seqs);

  /// The store may hold due deliveries that are not loaded.
  void look() { store_may_have_due_ = true; }
  /// The store holds one that is due then.
  void waits_until(WallTime due);
  /// What was read and is not in flight may no longer be what is to be sent.
  void forget_ready();
  /// The wall clock jumped: waiting times move along.
  void shift(Duration by);

  /// When to read the store again; nothing if time alone brings no delivery. While none is loading.
  [[nodiscard]] std::optional<MonoTime> due_at(std::int64_t queued, std::size_t enough,
                                               Now now) const;

 private:
  /// A load in progress. Its rows of deliveries that were answered meanwhile are out of date.
  struct Load {
    CommandId id;
    std::size_t limit = 0;
    std::set<std::uint64_t> answered;
    bool obsolete = false;  ///< asked for in another state
  };
  [[nodiscard]] bool holds_all(std::int64_t queued) const;

  std::deque<DueDelivery> ready_;
  std::set<std::uint64_t> seqs_;
  std::optional<Load> load_;
  bool store_may_have_due_ = true;
  std::optional<WallTime> next_due_;
};

}  // namespace mactiond::core
