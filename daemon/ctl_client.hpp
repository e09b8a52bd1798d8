#pragma once

#include <functional>
#include <string>
#include <string_view>
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

/// What to ask over the daemon's Unix socket.
struct Question {
  std::string target;
  std::string method = "GET";
  std::string body = {};  ///< JSON, or empty
};

/// Blocks, at most some seconds for each piece of the answer.
[[nodiscard]] std::variant<Answer, Failure> ask(const std::string& socket_path,
                                                const Question& question);
[[nodiscard]] std::variant<Answer, Failure> get(const std::string& socket_path,
                                                const std::string& target);

/// Follows server-sent events and gives each one's data to take, until take says false. Otherwise
/// the answer that is no stream, or why it ended.
[[nodiscard]] std::variant<Answer, Failure> follow(
    const std::string& socket_path, const std::string& target,
    const std::function<bool(std::string_view)>& take);

}  // namespace mactiond::ctl
