#include "script_output.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "base/printable.hpp"
#include "base/utf8.hpp"
#include "json/object.hpp"

namespace mactiond::ctl {
namespace {

namespace json = boost::json;

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// Without NULs, and with one kind of line ends.
std::string cleaned(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool ends_line = text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n';
    if (text[i] != '\0' && !ends_line) out += text[i];
  }
  return out;
}

std::string section(const char* heading, const json::object& output, std::string_view key) {
  std::string text = printable_lines(cleaned(text_in(output, key)));
  if (text.empty()) return {};
  if (text.back() != '\n') text += '\n';
  return std::string(heading) + ":\n" + text;
}

}  // namespace

std::optional<json::object> parse_script_output(std::string_view document) {
  if (document.starts_with(kByteOrderMark)) document.remove_prefix(kByteOrderMark.size());
  std::string text(document);
  text.erase(std::remove(text.begin(), text.end(), '\0'), text.end());
  auto output = parse_object(repair_utf8(text));
  if (!output) return std::nullopt;
  const bool is_one = output->contains("script_output") || output->contains("script_errors");
  if (!is_one) return std::nullopt;
  return std::move(*output);
}

std::string serialize_script_output(const json::object& output) { return json::serialize(output); }

std::string format_script_output(const json::object& output) {
  std::string text = "script     " + printable(text_in(output, "script_name")) + '\n';
  const auto exit_code = number_in(output, "exit_code");
  const std::string_view words = text_in(output, "exit_code");
  text += "exit code  " + (exit_code ? std::to_string(*exit_code) : printable(words)) + '\n';
  text += section("output", output, "script_output");
  return text + section("errors", output, "script_errors");
}

}  // namespace mactiond::ctl
