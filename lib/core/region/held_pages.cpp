#include "core/region/held_pages.hpp"

#include <algorithm>
#include <utility>

namespace mactiond::core {

MonoTime HeldPages::limit(RegionCall::Kind kind, int pages, MonoTime now) {
  MonoTime& limit = kind == RegionCall::Kind::Poll ? poll_limit_ : sweep_limit_;
  if (pages == 0) limit = now + kMachineFactsWait;
  return limit;
}

std::optional<HeldPage> HeldPages::take_ready(MonoTime now, const IsSettled& is_settled) {
  const auto is_ready = [&](const HeldPage& page) {
    return page.until <= now ||
           std::all_of(page.machines.begin(), page.machines.end(),
                       [&](const auto& machine) { return is_settled(machine, page.until); });
  };
  const auto ready = std::find_if(pages_.begin(), pages_.end(), is_ready);
  if (ready == pages_.end()) return std::nullopt;
  HeldPage page = std::move(*ready);
  pages_.erase(ready);
  return page;
}

std::optional<MonoTime> HeldPages::until() const {
  std::optional<MonoTime> first;
  for (const HeldPage& page : pages_) first = std::min(first.value_or(page.until), page.until);
  return first;
}

}  // namespace mactiond::core
