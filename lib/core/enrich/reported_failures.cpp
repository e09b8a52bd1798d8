#include "core/enrich/reported_failures.hpp"

#include <chrono>

namespace mactiond::core {
namespace {

constexpr Duration kQuietFor = std::chrono::hours(1);

}  // namespace

void ReportedFailures::succeeded(MonoTime now) {
  std::erase_if(since_, [now](const auto& row) {
    return row.first != Reason::NotFound && now - row.second >= kQuietFor;
  });
}

}  // namespace mactiond::core
