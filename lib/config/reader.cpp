#include "config/reader.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/printable.hpp"

namespace mactiond::config {

bool Reader::fail(Place place, std::string_view message) {
  add(place, message, false);
  return false;
}

void Reader::warn(Place place, std::string_view message) { add(place, message, true); }

void Reader::add(Place place, std::string_view message, bool warning) {
  const std::string text =
      option_.empty() ? std::string(message) : option_ + ": " + std::string(message);
  problems_.push_back({file_, place.line, place.column, printable(text), warning});
}

std::vector<Problem> Reader::take_problems() {
  std::stable_sort(problems_.begin(), problems_.end(), [](const Problem& a, const Problem& b) {
    return std::tie(a.line, a.column) < std::tie(b.line, b.column);
  });
  return std::move(problems_);
}

}  // namespace mactiond::config
