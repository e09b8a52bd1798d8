#pragma once

#include <functional>
#include <string>
#include <utility>

namespace mactiond::ctl {

/// Reports once that the daemon is gone, and how often it was tried when it is back.
class Outage {
 public:
  using Say = std::function<void(const std::string& message)>;
  explicit Outage(Say say) : say_(std::move(say)) {}

  void begin(const std::string& reason) {
    if (attempts_++ == 0) say_(reason + "; trying again until it is back");
  }
  /// what: what happens now, as the end of the sentence.
  void end(const std::string& what) {
    if (attempts_ == 0) return;
    say_("back after " + std::to_string(attempts_) + " attempts; " + what);
    attempts_ = 0;
  }

 private:
  Say say_;
  int attempts_ = 0;
};

}  // namespace mactiond::ctl
