#include <utility>

#include "core/engine_state.hpp"
#include "event/webhook_events.hpp"

namespace mactiond::core {
namespace {

std::string log_name_of(EventType type) {
  switch (type) {
    case EventType::WebhookPaused:
      return "webhook_paused";
    case EventType::WebhookResumed:
      return "webhook_resumed";
    case EventType::WebhookFailing:
      return "webhook_failing";
    case EventType::WebhookRecovered:
      return "webhook_recovered";
    case EventType::WebhookDisabled:
      return "webhook_disabled";
    default:
      return "delivery_dead";
  }
}

LogEntry::Level log_level_of(EventType type) {
  switch (type) {
    case EventType::WebhookResumed:
    case EventType::WebhookRecovered:
      return LogEntry::Level::Info;
    case EventType::WebhookFailing:
      return LogEntry::Level::Warning;
    default:
      return LogEntry::Level::Error;
  }
}

}  // namespace

void Engine::State::pause(const PauseWebhook& asked, Now now, StepWriter& out) {
  Slot<Outbox>* slot = find_named(outboxes, asked.webhook);
  if (slot == nullptr) return out.reply(NotFound{});
  Outbox& outbox = slot->part;
  const WebhookStatus before = outbox.status();
  if (asked.paused && before.state == WebhookState::Disabled) {
    return out.reply(Refused{WebhookDisabled{asked.webhook, before.reason}});
  }
  const bool already = asked.paused ? before.by_operator : before.state == WebhookState::Ok;
  if (already) return out.reply(Done{});
  WebhookIncident change =
      asked.paused ? outbox.pause(now, out.batch()) : outbox.resume(now, out.batch());
  change.by = asked.by;
  record_incident(change, outbox, now, out);
  out.reply(Done{});
}

void Engine::State::replay(const ReplayDeadLetters& asked, Now now, StepWriter& out) {
  for (const DeadLetterKey& letter : asked.letters) {
    if (find_named(outboxes, letter.webhook) != nullptr) continue;
    return out.reply(Refused{NoWebhookToReplay{letter.webhook}});
  }
  for (const DeadLetterKey& letter : asked.letters) {
    find_named(outboxes, letter.webhook)->part.revived();
    out.batch().deleted_letters.push_back(letter);
    out.batch().deliveries.push_back({letter.webhook, letter.seq, letter.order, now.wall});
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
    Slot<Outbox>* slot = find_named(outboxes, letter.webhook);
    if (slot == nullptr) slot = find_named(leaving, letter.webhook);
    if (slot != nullptr) slot->part.purged();
  }
  for (const auto& [webhook, count] : counts) {
    out.log(LogEntry::Level::Warning, "dead_letters_purged",
            with_operator({{"webhook", webhook}, {"count", std::to_string(count)}}, asked.by));
    if (find_named(outboxes, webhook) == nullptr) continue;
    out.removal({webhook, std::string(to_string(Removal::Purged)), count});
  }
  if (counts.empty()) {
    out.log(LogEntry::Level::Warning, "dead_letters_purged",
            with_operator({{"count", "0"}}, asked.by));
  }
  out.reply(Done{});
}

void Engine::State::record_incident(const WebhookIncident& incident, const Outbox& outbox, Now now,
                                    StepWriter& out) {
  const std::string& name = outbox.name();
  EventRecord event = webhook_event(incident.type, name, incident.detail, incident.reason, now.wall,
                                    incident.waiting, incident.by);
  std::vector<std::pair<std::string, std::string>> fields{{"webhook", name},
                                                          {"reason", incident.reason}};
  if (incident.waiting) fields.emplace_back("waiting", std::to_string(*incident.waiting));
  out.log(log_level_of(incident.type), log_name_of(incident.type),
          with_operator(std::move(fields), incident.by));
  if (incident.removal) {
    out.removal({name, std::string(to_string(*incident.removal)), incident.count});
  }
  out.record(std::move(event), now.wall);
}

}  // namespace mactiond::core
