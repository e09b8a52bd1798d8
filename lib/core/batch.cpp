#include "core/batch.hpp"

namespace mactiond::core {
namespace {

template <class Row>
bool is_empty(const std::vector<Row>& rows) {
  return rows.empty();
}
template <class Row>
bool is_empty(const std::optional<Row>& row) {
  return !row;
}
bool is_empty(Duration shift) { return shift == Duration{}; }

template <class... Members>
bool are_empty(const Members&... members) {
  return (is_empty(members) && ...);
}

// Names every member: with another one it does not compile.
bool is_empty_but_for_ends(const Batch& batch) {
  const auto& [actions, events, deliveries, retries, ends, deleted_letters, regions, quotas,
               webhooks, switches, decisions, reported_stale, suppressed, submissions, machines,
               recovery, recovering, reread, vanished, shift_due, prune_before] = batch;
  return are_empty(actions, events, deliveries, retries, deleted_letters, regions, quotas, webhooks,
                   switches, decisions, reported_stale, suppressed, submissions, machines, recovery,
                   recovering, reread, vanished, shift_due, prune_before);
}

}  // namespace

bool Batch::holds_only_ends() const { return is_empty_but_for_ends(*this); }

}  // namespace mactiond::core
