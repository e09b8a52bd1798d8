#include "doctor/check.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <iterator>
#include <utility>

#include "base/json_text.hpp"
#include "base/printable.hpp"
#include "json/object.hpp"

namespace mactiond::doctor {
namespace {

std::string line_of(const Check& check, bool colour) {
  std::string mark = check.ok ? "[+]" : "[-]";
  if (colour) mark = (check.ok ? "\x1b[32m" : "\x1b[31m") + mark + "\x1b[0m";
  std::string text = check.target;
  if (!check.name.empty()) text += ' ' + check.name;
  text += ": " + check.check;
  if (!check.detail.empty()) text += ": " + check.detail;
  if (!check.remedy.empty()) text += " -> " + check.remedy;
  return mark + ' ' + printable(text) + '\n';
}

std::string json_of(const Check& check) {
  JsonMembers members;
  members.add("target", check.target)
      .add("name", check.name)
      .add("check", check.check)
      .add("ok", check.ok)
      .add("detail", check.detail)
      .add("remedy", check.remedy);
  return '{' + members.text() + '}';
}

Advice split(std::string_view sentence, std::size_t at, std::size_t gap) {
  if (at == std::string_view::npos) return {std::string(sentence), {}};
  return {std::string(sentence.substr(0, at)), std::string(sentence.substr(at + gap))};
}

}  // namespace

Check Target::good(std::string check, std::string detail) const {
  return {kind, name, std::move(check), true, std::move(detail)};
}

Check Target::bad(std::string check, std::string detail, std::string remedy) const {
  return {kind, name, std::move(check), false, std::move(detail), std::move(remedy)};
}

bool all_ok(const Checks& checks) {
  return std::all_of(checks.begin(), checks.end(), [](const Check& check) { return check.ok; });
}

void append(Checks& to, Checks more) {
  std::move(more.begin(), more.end(), std::back_inserter(to));
}

std::string to_json(const Checks& checks) {
  std::string list = "[";
  for (const Check& check : checks) {
    if (list.size() > 1) list += ',';
    list += json_of(check);
  }
  JsonMembers report;
  report.add("ok", all_ok(checks)).add_raw("checks", list + ']');
  return '{' + report.text() + '}';
}

Checks from_json(const boost::json::object& report) {
  Checks checks;
  const boost::json::array* list = list_in(report, "checks");
  if (list == nullptr) return checks;
  for (const boost::json::value& item : *list) {
    if (!item.is_object()) continue;
    const boost::json::object& row = item.get_object();
    const auto text = [&row](std::string_view key) { return std::string(text_in(row, key)); };
    checks.push_back({text("target"), text("name"), text("check"), is_true(row, "ok"),
                      text("detail"), text("remedy")});
  }
  return checks;
}

std::string format(const Checks& checks, bool colour) {
  std::string text;
  for (const Check& check : checks) text += line_of(check, colour);
  const auto bad =
      std::count_if(checks.begin(), checks.end(), [](const Check& check) { return !check.ok; });
  text += std::to_string(checks.size()) + " checks, " +
          (bad == 0 ? "all ok" : std::to_string(bad) + " not ok") + '\n';
  return text;
}

Advice split_at_first(std::string_view sentence, std::string_view separator) {
  return split(sentence, sentence.find(separator), separator.size());
}

Advice split_at_last(std::string_view sentence, std::string_view separator) {
  return split(sentence, sentence.rfind(separator), separator.size());
}

}  // namespace mactiond::doctor
