#pragma once

#include <cstddef>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "core/batch.hpp"

namespace mactiond::test {

// Each member of a batch, by its place: for tests that must not miss a kind of rows.

/// Names every member: with another one it does not compile.
template <class AnyBatch>
auto members_of(AnyBatch& batch) {
  auto& [actions, events, deliveries, retries, ends, deleted_letters, regions, quotas, webhooks,
         switches, decisions, reported_stale, suppressed, submissions, machines, recovery,
         recovering, reread, vanished, shift_due, prune_before] = batch;
  return std::tie(actions, events, deliveries, retries, ends, deleted_letters, regions, quotas,
                  webhooks, switches, decisions, reported_stale, suppressed, submissions, machines,
                  recovery, recovering, reread, vanished, shift_due, prune_before);
}

inline constexpr std::size_t kBatchMembers =
    std::tuple_size_v<decltype(members_of(std::declval<core::Batch&>()))>;

template <class Row>
void fill(std::vector<Row>& rows) {
  rows.emplace_back();
}
template <class Row>
void fill(std::optional<Row>& row) {
  row.emplace();
}
inline void fill(Duration& shift) { shift = Duration(1); }

template <class Row>
bool is_filled(const std::vector<Row>& rows) {
  return !rows.empty();
}
template <class Row>
bool is_filled(const std::optional<Row>& row) {
  return row.has_value();
}
inline bool is_filled(Duration shift) { return shift != Duration{}; }

/// A batch with one member filled.
inline core::Batch batch_with(std::size_t place) {
  core::Batch batch;
  std::size_t at = 0;
  const auto fill_at_place = [&](auto& member) {
    if (at++ == place) fill(member);
  };
  std::apply([&](auto&... members) { (fill_at_place(members), ...); }, members_of(batch));
  return batch;
}

/// Which members are filled, by their places.
inline std::vector<bool> filled(const core::Batch& batch) {
  return std::apply([](const auto&... members) { return std::vector<bool>{is_filled(members)...}; },
                    members_of(batch));
}

}  // namespace mactiond::test
