#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "http/message.hpp"

namespace mactiond::ctl {

/// What the operator reads if the answer is not from mactiond.
inline constexpr const char* kForeign = "what listens there does not answer like mactiond";

struct Answer {
  int status = 0;
  std::string body;
  std::string retry_after = {};  ///< the header of that name; often empty
};

/// Why there is no answer, for the operator.
struct Failure {
  std::string message;
  bool begun = false;  ///< the daemon may have got the request, and done what it asks for
};

/// What to ask over the daemon's Unix socket.
struct Question {
  std::string target;
  std::string method = "GET";
  std::string body = {};              ///< JSON, or empty
  std::chrono::seconds patience{10};  ///< with each piece of the answer
  std::vector<http::Header> headers = {};
  std::function<void()> each_second = {};  ///< called while there is no answer
};

/// Blocks, for each piece of the answer as long as the question has patience.
[[nodiscard]] std::variant<Answer, Failure> ask(const std::string& socket_path,
                                                const Question& question);
[[nodiscard]] std::variant<Answer, Failure> get(const std::string& socket_path,
                                                const std::string& target);

/// Takes an answer of 200 while it comes. Each says whether it wants more.
struct Intake {
  std::function<bool(const http::Response& head)> begin;
  std::function<bool(std::string_view piece)> take;  ///< of the body
};

/// The same, but the body of a 200 goes to the intake, and its Answer is empty. Without a failure
/// it is whole, or the intake wanted no more.
[[nodiscard]] std::variant<Answer, Failure> receive(const std::string& socket_path,
                                                    const Question& question, const Intake& intake);

/// Server-sent events, and how far they were seen.
struct Feed {
  std::string target;
  /// Of the last event, or of where the stream begins; empty until the daemon has said it.
  std::string last_id = {};
  std::function<void()> on_open = {};  ///< the daemon has taken the request
};

/// Follows the feed behind last_id and gives each event's data to take, until take says false.
/// Otherwise the answer that is no stream, or why it ended.
[[nodiscard]] std::variant<Answer, Failure> follow(
    const std::string& socket_path, Feed& feed, const std::function<bool(std::string_view)>& take);

}  // namespace mactiond::ctl
