#include "base/disposition.hpp"

namespace mactiond {

std::string describe(const Disposition& outcome) {
  std::string text(to_string(outcome.reason));
  if (outcome.status != 0) text += " " + std::to_string(outcome.status);
  if (!outcome.detail.empty()) text += ": " + outcome.detail;
  return text;
}

}  // namespace mactiond
