#include "machines_file.hpp"

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <iostream>
#include <istream>
#include <map>
#include <optional>
#include <utility>

#include "action/machine.hpp"
#include "base/text.hpp"

namespace mactiond::ctl {
namespace {

constexpr std::size_t kBytesMax = std::size_t{1} << 20U;
constexpr std::size_t kLinesMax = 10'000;
constexpr std::size_t kMachinesMax = 1'000;
constexpr std::size_t kMistakesMax = 10;
constexpr std::size_t kShownMax = 60;

class Reader {
 public:
  explicit Reader(std::string name) : name_(std::move(name)) {}

  void take(std::string_view line) {
    ++line_;
    const std::string machine(trim(line.substr(0, line.find('#'))));
    if (machine.empty()) return;
    if (!is_machine_name(machine)) {
      return fail('"' + machine.substr(0, kShownMax) +
                  "\" is neither the name nor the id of a machine");
    }
    const auto [first, is_new] = lines_.emplace(to_lower(machine), line_);
    if (!is_new) {
      return fail(machine + " stands in line " + std::to_string(first->second) +
                  " already: take one of them out");
    }
    if (machines_.size() == kMachinesMax) {
      is_full_ = true;
      return fail("there are more than " + std::to_string(kMachinesMax) +
                  " machines: use several files");
    }
    machines_.push_back(machine);
  }

  // No more lines are of use then.
  [[nodiscard]] bool is_full() const { return is_full_ || mistakes_ == kMistakesMax; }

  MachineList finish() {
    if (mistakes_ > 0) return MachinesMistake{text_};
    if (machines_.empty()) return MachinesMistake{name_ + " names no machine: write one a line"};
    return std::move(machines_);
  }

  void fail(const std::string& what) {
    if (mistakes_++ > 0) text_ += '\n';
    text_ += name_ + ':' + std::to_string(line_) + ": " + what;
  }

 private:
  std::string name_;
  std::size_t line_ = 0;
  std::map<std::string, std::size_t> lines_;
  std::vector<std::string> machines_;
  bool is_full_ = false;
  std::size_t mistakes_ = 0;
  std::string text_;
};

// Nothing where it cannot be read, or is larger than the limit.
std::optional<std::string> read_all(std::istream& stream) {
  std::string text(kBytesMax + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!stream.eof() || stream.bad()) return std::nullopt;
  text.resize(static_cast<std::size_t>(stream.gcount()));
  return text;
}

}  // namespace

MachineList parse_machines(std::string_view text, const std::string& name) {
  constexpr std::string_view kMark = "\xef\xbb\xbf";
  if (text.starts_with(kMark)) text.remove_prefix(kMark.size());
  Reader reader(name);
  for (std::size_t lines = 0; !text.empty() && !reader.is_full(); ++lines) {
    if (lines == kLinesMax) {
      reader.fail("there are more than " + std::to_string(kLinesMax) + " lines: use several files");
      break;
    }
    const std::size_t end = std::min(text.find('\n'), text.size());
    reader.take(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return reader.finish();
}

MachineList read_machines(const std::string& path) {
  const bool is_stdin = path == "-";
  std::ifstream file;
  if (!is_stdin) file.open(path, std::ios::binary);
  const auto text = read_all(is_stdin ? std::cin : file);
  const std::string name = is_stdin ? "stdin" : path;
  if (!text) return MachinesMistake{name + ": cannot be read, or is larger than 1 MiB"};
  return parse_machines(*text, name);
}

}  // namespace mactiond::ctl
