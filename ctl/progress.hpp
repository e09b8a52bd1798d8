#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>

namespace mactiond::ctl {

/// Shows how far something has come. What is written becomes printable.
class Progress {
 public:
  enum class Form : std::uint8_t {
    OneLine,  ///< one line of a terminal, written again and again
    Lines,    ///< a line for each step
    None,     ///< messages alone
  };
  /// width: columns of the terminal; 0: unknown.
  Progress(Form form, std::size_t width, std::FILE* out) : form_(form), width_(width), out_(out) {}

  /// step: how far it has come; detail: what changes all the time, shown in one line alone.
  void show(const std::string& step, const std::string& detail);
  /// A line of its own, as every message of the program begins.
  void message(const std::string& text);
  /// Takes the one line away, before something else is written.
  void clear();
  [[nodiscard]] Form form() const { return form_; }

 private:
  Form form_;
  std::size_t width_;
  std::FILE* out_;
  std::string step_;
  bool is_shown_ = false;  ///< the one line stands there
};

/// On stderr: in one line where it is a terminal that can do so; nothing but messages for a script
/// that wants JSON.
[[nodiscard]] Progress progress_on_stderr(bool json);

}  // namespace mactiond::ctl
