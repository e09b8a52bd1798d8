#include "progress.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>
#include <utility>

#include "base/printable.hpp"
#include "text.hpp"

namespace mactiond::ctl {

void Progress::show(const std::string& step, const std::string& detail) {
  if (form_ == Form::OneLine) {
    std::string line = printable(step + detail);
    // One column stays free: a terminal may begin a new line behind its last one.
    if (width_ > 1) line = cut_to(std::move(line), width_ - 1);
    std::fprintf(out_, "\r\x1b[K%s", line.c_str());
    std::fflush(out_);
    is_shown_ = true;
  } else if (form_ == Form::Lines && step != step_) {
    message(step);
  }
  step_ = step;
}

void Progress::message(const std::string& text) {
  clear();
  std::fprintf(out_, "mactionctl: %s\n", printable(text).c_str());
  std::fflush(out_);
}

void Progress::clear() {
  if (!is_shown_) return;
  std::fputs("\r\x1b[K", out_);
  std::fflush(out_);
  is_shown_ = false;
}

Progress progress_on_stderr(bool json) {
  using Form = Progress::Form;
  const char* terminal = std::getenv("TERM");
  const bool able =
      isatty(STDERR_FILENO) != 0 && terminal != nullptr && std::string_view(terminal) != "dumb";
  if (!able) return Progress(json ? Form::None : Form::Lines, 0, stderr);
  winsize size{};
  const bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0;
  return Progress(Form::OneLine, known ? size.ws_col : 0, stderr);
}

}  // namespace mactiond::ctl
