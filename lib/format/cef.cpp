#include "format/cef.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "format/facts.hpp"
#include "format/summary.hpp"
#include "format/text.hpp"
#include "json/object.hpp"

namespace mactiond::format {
namespace {

constexpr std::size_t kValueBytes = 1000;

int severity_number(Severity severity) {
  switch (severity) {
    case Severity::Good:
      return 2;
    case Severity::Info:
      return 3;
    case Severity::Warning:
      return 6;
    case Severity::Error:
      return 8;
  }
  return 3;
}

/// An extension, key by key. What has no value is left out.
class Extension {
 public:
  Extension& add(std::string_view key, std::string_view value) {
    if (value.empty()) return *this;
    if (!text_.empty()) text_ += ' ';
    text_ += key;
    text_ += '=';
    for (const char c : clip(value, kValueBytes)) append(c);
    return *this;
  }
  /// A custom field, whose label says what it is.
  Extension& add_labelled(std::string_view key, std::string_view label, std::string_view value) {
    if (value.empty()) return *this;
    return add(key, value).add(std::string(key) + "Label", label);
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  void append(char c) {
    if (c == '\n' || c == '\r') {
      text_ += c == '\n' ? "\\n" : "\\r";
      return;
    }
    if (c == '=' || c == '\\') text_ += '\\';
    text_ += is_control(c) ? ' ' : c;
  }

  std::string text_;
};

/// "action transition": neither a bar nor a backslash in it.
std::string name_of(core::EventType type) {
  std::string name(core::to_string(type));
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == '.' || c == '_'; }, ' ');
  return name;
}

std::string_view first_of(std::string_view one, std::string_view other) {
  return one.empty() ? other : one;
}

std::string_view file_hash_of(const Facts& facts) {
  return text_in(object_in(facts.action(), "relatedFileInfo"), "fileIdentifier");
}

std::string error_of(const Facts& facts) {
  const auto code = facts.action_number("errorHResult");
  return code && *code != 0 ? hresult_text(*code) : std::string();
}

}  // namespace

std::string cef_line(const core::EventRecord& event) {
  const Facts facts(event);
  const Summary summary = summarize(event, facts);
  Extension extension;
  // The first one: the log is read back by it.
  extension.add_labelled("cn1", "seq", std::to_string(event.seq));
  extension.add("rt", std::to_string(to_milliseconds(event.time.time_since_epoch())))
      .add("externalId", event.id)
      .add("msg", summary.title)
      .add("act", facts.of_action("type"))
      .add("outcome", first_of(facts.of_event("to"), facts.of_action("status")))
      .add("reason", first_of(facts.of_event("reason"), error_of(facts)))
      .add("dhost", facts.of_action("computerDnsName"))
      .add("deviceExternalId", facts.of_action("machineId"))
      .add("suser", facts.of_action("requestor"))
      .add("fileHash", file_hash_of(facts))
      .add_labelled("cs1", "actionId", event.action.value)
      .add_labelled("cs2", "from", facts.of_event("from"))
      .add_labelled("cs3", "region", event.region)
      .add_labelled("cs4", "policy", facts.of_event("policy"))
      .add_labelled("cs5", "comment", facts.of_action("requestorComment"))
      .add_labelled("cs6", "webhook", facts.of_event("webhook"))
      .add_labelled("flexString1", "machineGroup", facts.of_machine("rbacGroupName"))
      .add_labelled("flexString2", "machineTags", facts.machine_tags())
      .add("dvchost", event.instance);
  return fmt::format("{}{}|{}|{}|{}|{}", kCefHead, MACTIOND_VERSION, core::to_string(event.type),
                     name_of(event.type), severity_number(summary.severity), extension.text());
}

}  // namespace mactiond::format
