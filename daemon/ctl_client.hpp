#pragma once

#include <string>
#include <variant>

namespace mactiond::ctl {

struct Answer {
  int status = 0;
  std::string body;
};

/// Why there is no answer, for the operator.
struct Failure {
  std::string message;
};

/// GET over the daemon's Unix socket. Blocks, at most some seconds for each piece of the answer.
[[nodiscard]] std::variant<Answer, Failure> get(const std::string& socket_path,
                                                const std::string& target);

}  // namespace mactiond::ctl
