#include "store/submission_table.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>

#include "base/enum_values.hpp"
#include "store/request_text.hpp"
#include "store/submission_query.hpp"

namespace mactiond::store {
namespace {

using core::Submission;
using core::SubmitStamp;

constexpr const char* kUpsert = R"(
INSERT INTO submission (id, region, state, ended, machine_id, type, asker, operator_note,
  idempotency_key, body_hash, on_blocker, wait_blocker,
  asked_server, asked_wall, asked_boot, asked_mono,
  waiting_server, waiting_wall, waiting_boot, waiting_mono,
  unblocked_server, unblocked_wall, unblocked_boot, unblocked_mono,
  posted_server, posted_wall, posted_boot, posted_mono,
  posts, action_id, blocked_by, submitted, reason, answer, comment, request)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20,
  ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33, ?34, ?35, ?36)
ON CONFLICT (id) DO UPDATE SET state = excluded.state, ended = excluded.ended,
  waiting_server = excluded.waiting_server, waiting_wall = excluded.waiting_wall,
  waiting_boot = excluded.waiting_boot, waiting_mono = excluded.waiting_mono,
  unblocked_server = excluded.unblocked_server, unblocked_wall = excluded.unblocked_wall,
  unblocked_boot = excluded.unblocked_boot, unblocked_mono = excluded.unblocked_mono,
  posted_server = excluded.posted_server, posted_wall = excluded.posted_wall,
  posted_boot = excluded.posted_boot, posted_mono = excluded.posted_mono,
  posts = excluded.posts, action_id = excluded.action_id, blocked_by = excluded.blocked_by,
  submitted = excluded.submitted, reason = excluded.reason, answer = excluded.answer)";

constexpr int kRowsPerStep = 10;
/// Of texts in one answer; the first submission is always in it, however large.
constexpr std::size_t kAnswerBytes = std::size_t{1} << 20U;
/// How many submissions one answer looks at, so that looking takes milliseconds.
constexpr int kLookedAtMax = 5'000;

/// A stamp as it is stored.
struct StampColumns {
  std::optional<WallTime> server;
  std::optional<WallTime> wall;  ///< nothing: there is no stamp
  std::string boot;
  std::int64_t mono = 0;
};

StampColumns columns_of(const std::optional<SubmitStamp>& stamp) {
  if (!stamp) return {};
  return {stamp->server, stamp->wall, stamp->boot_id,
          std::int64_t{stamp->mono.time_since_epoch().count()}};
}

/// first: the column of the API's clock.
std::optional<SubmitStamp> read_stamp(const Rows& row, int first) {
  const auto wall = row.maybe_time(first + 1);
  if (!wall) return std::nullopt;
  return SubmitStamp{row.maybe_time(first), *wall, row.text(first + 2), row.instant(first + 3)};
}

std::string state_in(const Rows& row) { return row.text(3); }
std::string region_in(const Rows& row) { return row.text(2); }
bool has_ended(const Rows& row) { return row.maybe_time(4).has_value(); }

std::optional<core::SubmissionOrder> read_order(const Rows& row, const std::string& request) {
  auto wanted = read_request(row.text(6), request);
  const auto on_blocker = value_named<core::OnBlocker>(row.text(11));
  if (!wanted || !on_blocker) return std::nullopt;
  core::SubmissionOrder order;
  order.region = region_in(row);
  order.machine = row.text(5);
  order.request = std::move(*wanted);
  order.comment = row.text(35);
  order.by = {row.text(7), row.text(8)};
  order.key = row.text(9);
  order.body_hash = row.number(10);
  order.on_blocker = *on_blocker;
  order.wait_blocker = row.instant(12).time_since_epoch();
  return order;
}

/// Nothing for a row that no program of ours wrote. request: its text, or "{}" to leave it out.
std::optional<Submission> to_submission(const Rows& row, const std::string& request) {
  const auto state = value_named<core::SubmissionState>(state_in(row));
  auto order = read_order(row, request);
  const auto asked = read_stamp(row, 13);
  if (!state || !order || !asked) return std::nullopt;
  Submission submission;
  submission.id = row.text(1);
  submission.order = std::move(*order);
  submission.state = *state;
  submission.asked = *asked;
  submission.waiting = read_stamp(row, 17);
  submission.unblocked = read_stamp(row, 21);
  submission.posted = read_stamp(row, 25);
  submission.posts = row.count(29);
  submission.action.value = row.text(30);
  submission.blocked_by.value = row.text(31);
  submission.submitted = row.maybe_time(32);
  submission.reason = row.text(33);
  submission.answer = row.text(34);
  submission.ended = row.maybe_time(4);
  if (is_final(*state) != submission.ended.has_value()) return std::nullopt;
  return submission;
}

std::string request_in(const Rows& row) { return row.text(36); }

template <class List, class Value>
bool names(const List& list, const Value& value) {
  return list.empty() || std::find(list.begin(), list.end(), value) != list.end();
}

bool fits(const core::SubmissionFilter& filter, const Rows& row) {
  if (!names(filter.regions, region_in(row))) return false;
  const auto state = value_named<core::SubmissionState>(state_in(row));
  return state && names(filter.states, *state);
}

}  // namespace

SubmissionTable::SubmissionTable(SQLite::Database& database)
    : upsert_(database, kUpsert),
      delete_ended_(database, kDeleteEndedSubmissions),
      select_all_(database, kSelectSubmissions),
      select_page_(database, kSelectSubmissionPage),
      select_open_page_(database, kSelectOpenSubmissionPage),
      select_one_(database, kSelectSubmission) {}

void SubmissionTable::write(const core::Batch& batch) {
  for (const Submission& submission : batch.submissions) write(submission);
}

void SubmissionTable::write(const Submission& submission) {
  const core::SubmissionOrder& order = submission.order;
  const StampColumns asked = columns_of(submission.asked);
  const StampColumns waiting = columns_of(submission.waiting);
  const StampColumns unblocked = columns_of(submission.unblocked);
  const StampColumns posted = columns_of(submission.posted);
  upsert_.run(
      submission.id, order.region, std::string(to_string(submission.state)), submission.ended,
      order.machine, std::string(type_of(order.request).text()), order.by.name, order.by.note,
      order.key, order.body_hash, std::string(to_string(order.on_blocker)),
      std::int64_t{order.wait_blocker.count()}, asked.server, asked.wall, asked.boot, asked.mono,
      waiting.server, waiting.wall, waiting.boot, waiting.mono, unblocked.server, unblocked.wall,
      unblocked.boot, unblocked.mono, posted.server, posted.wall, posted.boot, posted.mono,
      submission.posts, submission.action.value, submission.blocked_by.value, submission.submitted,
      submission.reason, submission.answer, order.comment, request_text(order.request));
}

bool SubmissionTable::prune(WallTime cutoff) {
  return delete_ended_.run(cutoff, kRowsPerStep) < kRowsPerStep;
}

void SubmissionTable::load(core::Snapshot& snapshot) {
  for (Rows rows = select_all_.query(); rows.next();) {
    // Nothing is sent of one that has ended, and what it asked for may be long.
    if (auto row = to_submission(rows, has_ended(rows) ? "{}" : request_in(rows))) {
      snapshot.submissions.push_back(std::move(*row));
    } else {
      ++left_out_;
    }
  }
}

core::SubmissionPage SubmissionTable::page(const core::SubmissionFilter& filter) {
  core::SubmissionPage page;
  std::int64_t last = filter.before.value_or(std::numeric_limits<std::int64_t>::max());
  std::size_t bytes = 0;
  int looked_at = 0;
  Statement& select = filter.open_only ? select_open_page_ : select_page_;
  for (Rows rows = select.query(last, kLookedAtMax); rows.next(); ++looked_at) {
    if (fits(filter, rows)) {
      const bool full = page.submissions.size() == static_cast<std::size_t>(filter.limit);
      if (full || bytes >= kAnswerBytes) {
        page.next = last;
        return page;
      }
      const std::string request = request_in(rows);
      if (auto row = to_submission(rows, request)) {
        bytes += request.size() + row->order.comment.size() + row->answer.size();
        page.submissions.push_back(std::move(*row));
      }
    }
    last = rows.integer(0);
  }
  if (looked_at == kLookedAtMax) page.next = last;
  return page;
}

std::optional<Submission> SubmissionTable::find(const std::string& id) {
  Rows row = select_one_.query(id);
  if (!row.next()) return std::nullopt;
  return to_submission(row, request_in(row));
}

}  // namespace mactiond::store
