#include "config/reader.hpp"

#include <algorithm>
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
      printable(option_.empty() ? std::string(message) : option_ + ": " + std::string(message));
  // What many tables take over from their defaults is one mistake.
  if (!reported_.emplace(place, text).second) return;
  problems_.push_back({files_[place.file], place, text, warning});
}

std::string Reader::text_of(Place place) const {
  return files_[place.file] + ':' + std::to_string(place.line) + ':' + std::to_string(place.column);
}

std::string Reader::text_of(Place place, Place here) const {
  return place.file == here.file ? "line " + std::to_string(place.line) : text_of(place);
}

std::vector<Problem> Reader::take_problems() {
  std::stable_sort(problems_.begin(), problems_.end(),
                   [](const Problem& a, const Problem& b) { return a.place < b.place; });
  return std::move(problems_);
}

}  // namespace mactiond::config
