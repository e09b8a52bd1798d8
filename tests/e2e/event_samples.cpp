// Prints events of every type as each format writes them, one JSON object a line:
// {"format":…,"type":…,"document":…}. What our schemas say of them is schemas_test.py's matter.

#include <cstdio>
#include <string>
#include <string_view>

#include "base/enum_values.hpp"
#include "base/json_text.hpp"
#include "event/event_record.hpp"
#include "format/line.hpp"
#include "support/every_event.hpp"
#include "webhook/payload.hpp"

namespace mactiond {
namespace {

void print(std::string_view format, const core::EventRecord& event, const std::string& document) {
  JsonMembers members;
  members.add("format", format)
      .add("type", core::to_string(event.type))
      .add_raw("document", document);
  std::printf("{%s}\n", members.text().c_str());
}

void print_all() {
  for (const core::EventType type : kValuesOf<core::EventType>) {
    std::printf(R"({"format":"","type":"%s"})"
                "\n",
                std::string(core::to_string(type)).c_str());
  }
  for (const core::EventRecord& event : test::every_event()) {
    for (const auto format : {webhook::Format::CloudEvents, webhook::Format::Standard}) {
      webhook::Rendering rendering;
      rendering.format = format;
      print(webhook::to_string(format), event, webhook::render(rendering, event).body);
    }
    if (event.seq == 0) continue;
    print("log-line", event, format::render_line(format::LineFormat::Json, event));
    print("ocsf", event, format::render_line(format::LineFormat::Ocsf, event));
  }
}

}  // namespace
}  // namespace mactiond

int main() {
  mactiond::print_all();
  return 0;
}
