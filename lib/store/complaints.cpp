#include "store/complaints.hpp"

#include <cstddef>
#include <utility>

namespace mactiond::store {
namespace {

/// Bounds memory, and the lines about one store.
constexpr std::size_t kKnownMax = 1000;

}  // namespace

void Complaints::add(const std::string& text) {
  if (known_.size() == kKnownMax || !known_.insert(text).second) return;
  fresh_.push_back(text);
  if (known_.size() == kKnownMax) fresh_.emplace_back("further rows are not reported");
}

std::vector<std::string> Complaints::take() { return std::exchange(fresh_, {}); }

}  // namespace mactiond::store
