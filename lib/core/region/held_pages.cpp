#include "core/region/held_pages.hpp"

#include <algorithm>
#include <utility>

namespace mactiond::core {
namespace {

bool share_news(const HeldPage& page, const HeldPage& other) {
  return std::any_of(page.news.begin(), page.news.end(),
                     [&other](const ActionId& action) { return other.news.contains(action); });
}

}  // namespace

MonoTime HeldPages::limit(RegionCall::Kind kind, int pages, MonoTime now) {
  if (ended_) return MonoTime::min();
  if (kind == RegionCall::Kind::Sweep) {
    if (pages == 0) sweep_limit_ = now + kMachineFactsWait;
    return sweep_limit_;
  }
  if (pages == 0) {
    poll_limit_ = now + kMachineFactsWait - late_;
    held_ = {};
  }
  return poll_limit_;
}

bool HeldPages::end_wait_for(const ActionId& action) {
  bool ready = false;
  for (HeldPage& page : pages_) {
    if (!page.news.contains(action)) continue;
    page.until = MonoTime::min();
    ready = true;
  }
  return ready;
}

void HeldPages::end_waits() {
  ended_ = true;
  for (HeldPage& page : pages_) page.until = MonoTime::min();
}

void HeldPages::poll_ended(MonoTime next, MonoTime now) {
  late_ = std::clamp(now - next, Duration{}, std::exchange(held_, {}));
}

std::optional<HeldPage> HeldPages::take_ready(MonoTime now, const IsSettled& is_settled) {
  const auto is_ready = [&](const HeldPage& page) {
    return page.until <= now ||
           std::all_of(page.machines.begin(), page.machines.end(),
                       [&](const auto& machine) { return is_settled(machine, page.until); });
  };
  const auto ready = std::find_if(pages_.begin(), pages_.end(), is_ready);
  if (ready == pages_.end()) return std::nullopt;
  const auto shares = [&ready](const HeldPage& page) { return share_news(page, *ready); };
  const auto first = std::find_if(pages_.begin(), ready, shares);
  HeldPage page = std::move(*first);
  pages_.erase(first);
  if (page.call.kind == RegionCall::Kind::Poll) held_ += now - page.since;
  return page;
}

std::optional<MonoTime> HeldPages::until() const {
  std::optional<MonoTime> first;
  for (const HeldPage& page : pages_) first = std::min(first.value_or(page.until), page.until);
  return first;
}

}  // namespace mactiond::core
