#include "store/reader.hpp"

#include <cstddef>
#include <cstdint>
#include <utility>

#include "base/json_text.hpp"
#include "base/text.hpp"
#include "store/event_row.hpp"
#include "store/read_query.hpp"

namespace mactiond::store {
namespace {

constexpr int kHistoryMax = 500;
constexpr int kPlacesMax = 500;
/// Of documents in one answer; the first one is always in it, however large.
constexpr std::size_t kAnswerBytes = std::size_t{1} << 20U;
/// How many actions one answer looks at, so that looking takes milliseconds.
constexpr std::int64_t kLookedAtMax = 5'000;

core::ActionView to_view(const Rows& row, int first) {
  core::ActionView view;
  view.region = row.text(first);
  view.id.value = row.text(first + 1);
  view.vanished = row.integer(first + 3) != 0;
  view.open = row.integer(first + 2) == 0 && !view.vanished;
  view.document = row.text(first + 4);
  if (!is_json(view.document)) {
    view.document = '{' + JsonMembers().add("id", view.id.value).text() + '}';
  }
  return view;
}

// As the queries of actions take a list.
std::string listed(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += '\n' + word;
  return text.empty() ? text : text + '\n';
}

constexpr int kBadPagesMax = 1000;

}  // namespace

Reader::Reader(SQLite::Database& database, Complaints& complaints)
    : complaints_(complaints),
      select_actions_(database, kSelectActions),
      select_last_looked_at_(database, kSelectLastLookedAt),
      select_open_actions_(database, kSelectOpenActions),
      select_last_open_looked_at_(database, kSelectLastOpenLookedAt),
      select_action_(database, kSelectAction),
      select_ids_(database, kSelectIds),
      select_has_region_(database, kSelectHasRegion),
      select_has_type_(database, kSelectHasType),
      select_has_status_(database, kSelectHasStatus),
      select_history_(database, kSelectHistory),
      select_events_(database, kSelectEventsAfter),
      select_dead_letters_(database, kSelectDeadLetters),
      select_dead_letter_(database, kSelectDeadLetter) {}

/// Nothing for a row that no program of ours wrote.
std::optional<core::EventRecord> Reader::read_event(const Rows& row) {
  auto event = to_event(row);
  if (!event) {
    complaints_.add("event " + std::to_string(row.number(0)) + ": " + wrong_with_event(row));
  }
  return event;
}

/// last: of the rows that were read, also of one that is no event.
std::vector<core::EventRecord> Reader::read_events(Rows rows, std::size_t bytes_max,
                                                   std::uint64_t& last) {
  std::vector<core::EventRecord> events;
  std::size_t bytes = 0;
  while (bytes < bytes_max && rows.next()) {
    last = rows.number(0);
    auto event = read_event(rows);
    if (!event) continue;
    bytes += event->document.size();
    events.push_back(std::move(*event));
  }
  return events;
}

core::DeadLetterView Reader::read_dead_letter(const Rows& row) {
  core::DeadLetterView letter;
  letter.webhook = row.text(kEventColumns);
  letter.seq = row.number(0);
  letter.attempts = row.count(kEventColumns + 1);
  letter.reason = row.text(kEventColumns + 2);
  letter.died = row.time(kEventColumns + 3);
  letter.event = read_event(row);
  return letter;
}

core::ActionPage Reader::actions(const core::ActionFilter& filter) {
  core::ActionPage page;
  const auto& before = filter.before;
  core::ActionCursor last;
  std::size_t bytes = 0;
  bool cut = false;
  // Named: a statement does not copy what is bound.
  const std::string regions = listed(filter.regions);
  const std::string types = to_lower(listed(filter.types));
  const std::string statuses = to_lower(listed(filter.statuses));
  {
    Statement& select = filter.open_only ? select_open_actions_ : select_actions_;
    Rows rows = select.query(before.created, before.region, before.id, regions, types, statuses,
                             filter.limit, kLookedAtMax);
    while (!cut && rows.next()) {
      page.actions.push_back(to_view(rows, 1));
      last = {rows.time(0), page.actions.back().region, page.actions.back().id.value};
      bytes += page.actions.back().document.size();
      cut = bytes >= kAnswerBytes || page.actions.size() == static_cast<std::size_t>(filter.limit);
    }
  }
  if (cut) {
    page.next = std::move(last);
    return page;
  }
  Statement& select = filter.open_only ? select_last_open_looked_at_ : select_last_looked_at_;
  Rows row = select.query(before.created, before.region, before.id, kLookedAtMax - 1);
  if (row.next()) page.next = core::ActionCursor{row.time(0), row.text(1), row.text(2)};
  return page;
}

std::vector<core::ActionView> Reader::action(const std::string& id) {
  std::vector<core::ActionView> found;
  Rows rows = select_action_.query(id);
  while (rows.next()) found.push_back(to_view(rows, 0));
  return found;
}

std::vector<core::ActionPlace> Reader::places(const std::string& prefix) {
  // Behind every id that begins with prefix: the last character of Unicode.
  const std::string last = prefix + "\xf4\x8f\xbf\xbf";
  std::vector<core::ActionPlace> found;
  Rows rows = select_ids_.query(prefix, last, kPlacesMax);
  while (rows.next()) found.push_back({rows.text(1), ActionId{rows.text(0)}});
  return found;
}

bool Reader::occurs(core::ActionField field, const std::string& text) {
  Statement& select = field == core::ActionField::Region ? select_has_region_
                      : field == core::ActionField::Type ? select_has_type_
                                                         : select_has_status_;
  return select.query(text).next();
}

std::vector<core::EventRecord> Reader::history(const core::ActionView& action) {
  std::uint64_t last = 0;
  return read_events(select_history_.query(action.id.value, action.region, kHistoryMax),
                     kAnswerBytes, last);
}

std::vector<core::EventRecord> Reader::events(const core::EventFilter& filter) {
  std::uint64_t after = filter.after;
  // A page of rows that are no events would look like the end.
  for (int page = 0; page < kBadPagesMax; ++page) {
    std::uint64_t last = after;
    auto events = read_events(select_events_.query(after, filter.limit), filter.bytes, last);
    if (!events.empty() || last == after) return events;
    after = last;
  }
  return {};
}

core::DeadLetterPage Reader::dead_letters(const core::DeadLetterFilter& filter) {
  core::DeadLetterPage page;
  std::size_t bytes = 0;
  const std::string& webhook = filter.webhook ? *filter.webhook : filter.after_webhook;
  Rows rows = select_dead_letters_.query(webhook, filter.after_seq, filter.limit + 1);
  while (rows.next()) {
    if (filter.webhook && rows.text(kEventColumns) != *filter.webhook) break;
    page.more =
        bytes >= kAnswerBytes || page.letters.size() == static_cast<std::size_t>(filter.limit);
    if (page.more) break;
    page.letters.push_back(read_dead_letter(rows));
    const auto& event = page.letters.back().event;
    if (event) bytes += event->document.size();
  }
  return page;
}

std::optional<core::DeadLetterView> Reader::dead_letter(const std::string& webhook,
                                                        std::uint64_t seq) {
  Rows row = select_dead_letter_.query(webhook, seq);
  if (!row.next()) return std::nullopt;
  return read_dead_letter(row);
}

}  // namespace mactiond::store
