#include "config/reader.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace mactiond::config {

std::string one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == '\x7f'; }, '?');
  return text;
}

bool Reader::fail(Place place, std::string_view message) {
  add(place, message, false);
  return false;
}

void Reader::warn(Place place, std::string_view message) { add(place, message, true); }

void Reader::add(Place place, std::string_view message, bool warning) {
  std::string text = option_.empty() ? std::string(message) : option_ + ": " + std::string(message);
  problems_.push_back({file_, place.line, place.column, one_line(std::move(text)), warning});
}

std::vector<Problem> Reader::take_problems() {
  std::stable_sort(problems_.begin(), problems_.end(), [](const Problem& a, const Problem& b) {
    return std::tie(a.line, a.column) < std::tie(b.line, b.column);
  });
  return std::move(problems_);
}

}  // namespace mactiond::config
