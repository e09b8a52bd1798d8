#include "base/outcome.hpp"

namespace mactiond {

std::string describe(const Outcome& outcome) {
  std::string text(to_string(outcome.reason));
  if (outcome.status != 0) text += " " + std::to_string(outcome.status);
  if (!outcome.detail.empty()) text += ": " + outcome.detail;
  return text;
}

}  // namespace mactiond
