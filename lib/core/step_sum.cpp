#include "core/step_sum.hpp"

#include <iterator>
#include <utility>

namespace mactiond::core {
namespace {

template <class T>
void append(std::vector<T>& into, std::vector<T>& from) {
  into.insert(into.end(), std::make_move_iterator(from.begin()),
              std::make_move_iterator(from.end()));
}

template <class T>
void append(std::optional<T>& into, std::optional<T>& from) {
  if (from) into = std::move(from);
}

// Both functions name every member: with another one they do not compile.
void append(Batch& into, Batch& from) {
  auto& [actions, events, deliveries, retries, ends, deleted_letters, regions, quotas, webhooks,
         switches, decisions, reported_stale, suppressed, submissions, machines, recovery,
         recovering, reread, vanished, shift_due, prune_before] = from;
  append(into.actions, actions);
  append(into.events, events);
  append(into.deliveries, deliveries);
  append(into.retries, retries);
  append(into.ends, ends);
  append(into.deleted_letters, deleted_letters);
  append(into.regions, regions);
  append(into.quotas, quotas);
  append(into.webhooks, webhooks);
  append(into.switches, switches);
  append(into.decisions, decisions);
  append(into.reported_stale, reported_stale);
  append(into.suppressed, suppressed);
  append(into.submissions, submissions);
  append(into.machines, machines);
  append(into.recovery, recovery);
  append(into.recovering, recovering);
  append(into.reread, reread);
  append(into.vanished, vanished);
  into.shift_due += shift_due;
  append(into.prune_before, prune_before);
}

}  // namespace

void append(Step& sum, Step&& later) {
  auto& [writes, commands, log_entries, transitions, cancels, submissions, reply, removals,
         answers] = later;
  append(sum.writes, writes);
  append(sum.commands, commands);
  append(sum.log_entries, log_entries);
  append(sum.transitions, transitions);
  append(sum.cancels, cancels);
  append(sum.submissions, submissions);
  append(sum.reply, reply);
  append(sum.removals, removals);
  append(sum.answers, answers);
}

}  // namespace mactiond::core
