#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "core/submission.hpp"

namespace mactiond::core {

/// Which submission each Idempotency-Key stands for. A key is known as long as its submission's row
/// is kept.
class IdempotencyKeys {
 public:
  struct Found {
    std::string id;         ///< the submission of the key; empty: the key is new, or there is none
    bool same_body = true;  ///< false: the key came with another body
  };
  [[nodiscard]] Found find(const SubmissionOrder& order) const;

  void remember(const Submission& submission);
  void forget(const Submission& submission);

 private:
  struct Use {
    std::string id;
    std::uint64_t body_hash = 0;
  };
  std::map<std::string, Use> uses_;
};

}  // namespace mactiond::core
