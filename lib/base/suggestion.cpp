#include "base/suggestion.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <string>
#include <utility>

#include "base/text.hpp"

namespace mactiond {
namespace {

constexpr std::size_t kWordMax = 64;

std::size_t allowed_distance(std::size_t length) {
  return std::clamp<std::size_t>(length / 3, 1, 3);
}

// Optimal string alignment: a swap of neighbours counts once.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = a[i - 1] == b[j - 1];
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0U : 1U)});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return last.back();
}

// Whether text has the letters of word, in their order.
bool is_shortened(std::string_view word, std::string_view text) {
  for (const char c : text) {
    if (!word.empty() && word.front() == c) word.remove_prefix(1);
  }
  return word.empty();
}

std::size_t common_beginning(std::string_view a, std::string_view b) {
  const auto end = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  return static_cast<std::size_t>(end.first - a.begin());
}

}  // namespace

std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates) {
  if (word.empty() || word.size() > kWordMax) return {};
  const std::string lower = to_lower(word);
  std::size_t best = allowed_distance(word.size()) + 1;
  std::string_view found;
  for (const std::string_view candidate : candidates) {
    const std::size_t measured = distance(lower, to_lower(candidate));
    if (measured >= best) continue;
    best = measured;
    found = candidate;
  }
  return found;
}

std::string_view closest(std::string_view word, const std::vector<std::string_view>& candidates) {
  constexpr std::size_t kLettersMin = 3;
  const std::string_view slip = nearest(word, candidates);
  if (!slip.empty() || word.size() < kLettersMin || word.size() > kWordMax) return slip;
  const std::string lower = to_lower(word);
  std::size_t best = kLettersMin - 1;
  std::string_view found;
  for (const std::string_view candidate : candidates) {
    const std::string text = to_lower(candidate);
    if (is_shortened(lower, text)) return candidate;
    const std::size_t alike = common_beginning(lower, text);
    if (alike <= best) continue;
    best = alike;
    found = candidate;
  }
  return found;
}

}  // namespace mactiond
