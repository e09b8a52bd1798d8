#include "core/engine_state.hpp"

namespace mactiond::core {

void Engine::State::pause(const PauseWebhook& asked, Now now, StepWriter& out) {
  const Outbox* outbox = find_part(outboxes, asked.webhook);
  if (outbox == nullptr) return out.reply(NotFound{});
  const auto index = static_cast<std::size_t>(outbox - outboxes.data());
  const WebhookStatus before = outbox->status();
  if (asked.paused && before.state == "disabled") {
    return out.reply(Refused{WebhookDisabled{asked.webhook, before.reason}});
  }
  const bool already = asked.paused ? before.by_operator : before.state == "ok";
  if (already) return out.reply(Done{});
  WebhookIncident change = asked.paused ? outboxes[index].pause(now, out.batch())
                                        : outboxes[index].resume(now, out.batch());
  change.by = asked.by;
  record_incident(change, index, now, out);
  out.reply(Done{});
}

void Engine::State::replay(const ReplayDeadLetters& asked, Now now, StepWriter& out) {
  for (const DeadLetterKey& letter : asked.letters) {
    if (find_part(outboxes, letter.webhook) != nullptr) continue;
    return out.reply(Refused{NoWebhookToReplay{letter.webhook}});
  }
  for (const DeadLetterKey& letter : asked.letters) {
    find_part(outboxes, letter.webhook)->revived();
    out.batch().deleted_letters.push_back(letter);
    out.batch().deliveries.push_back({letter.webhook, letter.seq, letter.action, now.wall});
  }
  const std::string count = std::to_string(asked.letters.size());
  out.log(LogEntry::Level::Warning, "dead_letters_replayed",
          with_operator({{"count", count}}, asked.by));
  out.reply(Done{});
}

void Engine::State::purge(const PurgeDeadLetters& asked, StepWriter& out) {
  std::map<std::string, std::size_t> counts;
  for (const DeadLetterKey& letter : asked.letters) {
    ++counts[letter.webhook];
    out.batch().deleted_letters.push_back(letter);
    if (Outbox* outbox = find_part(outboxes, letter.webhook)) outbox->purged();
  }
  for (const auto& [webhook, count] : counts) {
    out.log(LogEntry::Level::Warning, "dead_letters_purged",
            with_operator({{"webhook", webhook}, {"count", std::to_string(count)}}, asked.by));
    if (find_part(outboxes, webhook) == nullptr) continue;
    out.removal({webhook, std::string(to_string(Removal::Purged)), count});
  }
  if (counts.empty()) {
    out.log(LogEntry::Level::Warning, "dead_letters_purged",
            with_operator({{"count", "0"}}, asked.by));
  }
  out.reply(Done{});
}

}  // namespace mactiond::core
