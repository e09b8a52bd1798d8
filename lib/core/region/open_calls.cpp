#include "core/region/open_calls.hpp"

#include <algorithm>
#include <utility>

#include "base/error.hpp"

namespace mactiond::core {

using Kind = RegionCall::Kind;

void OpenCalls::add(CommandId id, RegionCall call) { calls_.emplace(id, std::move(call)); }

RegionCall OpenCalls::end(CommandId id) {
  const auto found = calls_.find(id);
  MACTIOND_ASSERT(found != calls_.end());
  RegionCall call = std::move(found->second);
  calls_.erase(found);
  return call;
}

std::size_t OpenCalls::lookups() const {
  return static_cast<std::size_t>(std::count_if(calls_.begin(), calls_.end(), [](const auto& row) {
    return row.second.kind == Kind::LookupMany || row.second.kind == Kind::LookupOne;
  }));
}

bool OpenCalls::has_poll_or_token() const {
  return std::any_of(calls_.begin(), calls_.end(), [](const auto& row) {
    return row.second.kind == Kind::Token || row.second.kind == Kind::Poll;
  });
}

}  // namespace mactiond::core
