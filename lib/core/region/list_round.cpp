#include "core/region/list_round.hpp"

#include <algorithm>

namespace mactiond::core {
namespace {

/// A round that does not end is given up.
constexpr int kPagesMax = 500;
/// One row in this many is read again with the next page where rows may move up.
constexpr int kOverlapDivisor = 200;

// Rows of which no action can be made have no print.
bool is_nameless(const PageFacts& page) { return page.rows > static_cast<int>(page.prints.size()); }

}  // namespace

bool ListRound::advance(const PageFacts& page, Paging& paging, MonoTime now) {
  ++pages_;
  if (page.newest_update) {
    newest_update_ = std::max(newest_update_.value_or(*page.newest_update), *page.newest_update);
  }
  const bool fresh = take_rows(page);
  const bool full = page.rows >= query_.top;
  const bool repeated =
      query_.skip > 0 && !fresh && page.rows > 0 && (full || page.fingerprint == fingerprint_);
  doubtful_ = doubtful_ || repeated || is_nameless(page);
  learn(page, fresh, repeated, paging, now);
  fingerprint_ = page.fingerprint;
  last_rows_ = page.rows;
  if (begins_again(page, paging, now)) return true;
  if (page.rows == 0 || !may_continue(page, paging, now)) return false;
  if (!fresh && query_.skip > 0) {
    if (repeated && full)
      shortfall_ = "the service repeats a full page; rows behind it are not seen";
    return false;
  }
  by_link_ = page.has_next_link;
  step(page);
  if (pages_ < kPagesMax) return true;
  // A bound that moved is where the next round begins; skipped rows would be read again.
  if (query_.skip > 0) shortfall_ = "the list did not end within 500 pages";
  return false;
}

bool ListRound::take_rows(const PageFacts& page) {
  bool fresh = false;
  for (const std::uint64_t print : page.prints) fresh = seen_.insert(print).second || fresh;
  return fresh ||
         (is_nameless(page) && (page.fingerprint == 0 || page.fingerprint != fingerprint_));
}

void ListRound::learn(const PageFacts& page, bool fresh, bool repeated, Paging& paging,
                      MonoTime now) const {
  if (repeated) {
    paging.repeated(now);
  } else if (query_.skip > 0 && (fresh || page.rows == 0)) {
    paging.skipped();
  }
  if (by_link_ && (fresh || query_.skip > 0)) paging.followed_link(fresh, now);
  const bool short_before = last_rows_ > 0 && last_rows_ < query_.top;
  if (fresh && short_before) paging.was_cut(last_rows_, now);
  paging.saw(page.rows, now);
  if (page.out_of_order && query_.kind == Query::Kind::ChangedSince) paging.lost_order(now);
}

bool ListRound::begins_again(const PageFacts& page, Paging& paging, MonoTime now) {
  if (query_.kind != Query::Kind::ChangedSince || by_skip_ || page.rows == 0) return false;
  if (!paging.loses_order(now)) return false;
  by_skip_ = true;
  if (query_.since == first_since_) return false;
  query_.since = first_since_;
  query_.skip = 0;
  seen_.clear();
  last_rows_ = 0;
  fingerprint_ = 0;
  return true;
}

bool ListRound::may_continue(const PageFacts& page, const Paging& paging, MonoTime now) const {
  if (page.rows >= query_.top) return true;
  const bool sweep = query_.kind == Query::Kind::CreatedSince;
  // Where further pages bring nothing a poll asks for none; the sweep finds out whether they do.
  if (page.has_next_link && (sweep || !paging.links_are_empty(now))) return true;
  if (!bound_moves(page) && !sweep && paging.repeats(now)) return false;
  return paging.may_be_cut(page.rows, sweep, now);
}

bool ListRound::bound_moves(const PageFacts& page) const {
  if (query_.kind != Query::Kind::ChangedSince || by_skip_) return false;
  return page.newest_update && *page.newest_update > query_.since;
}

void ListRound::step(const PageFacts& page) {
  if (bound_moves(page)) {
    query_.since = *page.newest_update;
    query_.skip = 0;
    return;
  }
  const bool moves_up = query_.kind == Query::Kind::OpenOrCreatedSince || by_skip_;
  query_.skip += page.rows - (moves_up ? page.rows / kOverlapDivisor : 0);
}

}  // namespace mactiond::core
