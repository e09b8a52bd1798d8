#include "format/syslog.hpp"

#include <gmock/gmock.h>

#include <string>

#include "support/event_samples.hpp"

namespace mactiond::format {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string message_of(const std::string& frame) { return frame.substr(frame.find(' ') + 1); }

TEST(Syslog, IsARfc5424MessageInAnOctetCountedFrame) {
  const core::EventRecord event = test::failed_isolation();
  const std::string frame = syslog_frame({}, event);
  const std::string message = message_of(frame);
  EXPECT_EQ(frame, std::to_string(message.size()) + ' ' + message);
  EXPECT_EQ(message,
            "<131>1 2026-11-20T10:14:00.123456Z soc1 mactiond - action.transition "
            "[meta sequenceId=\"17\"] " +
                render_line(LineFormat::Json, event));
}

TEST(Syslog, CountsOctetsNotCharacters) {
  core::EventRecord event = test::failed_isolation();
  event.document = R"({"computerDnsName":"b\u00fcro-€"})";
  const std::string frame = syslog_frame({LineFormat::Cef, 16}, event);
  EXPECT_EQ(std::stoul(frame), message_of(frame).size());
}

TEST(Syslog, HasTheSeverityOfItsEvent) {
  const auto priority = [](const core::EventRecord& event, int facility) {
    const std::string message = message_of(syslog_frame({LineFormat::Json, facility}, event));
    return message.substr(0, message.find('>') + 1);
  };
  EXPECT_EQ(priority(test::transition("Pending", "Succeeded"), 16), "<134>");
  EXPECT_EQ(priority(test::transition("Pending", "Cancelled"), 1), "<12>");
  EXPECT_EQ(priority(test::transition("Pending", "Failed"), 23), "<187>");
}

TEST(Syslog, KeepsTheSequenceIdInItsRange) {
  core::EventRecord event = test::failed_isolation();
  event.seq = 2'147'483'647;
  EXPECT_THAT(syslog_frame({}, event), HasSubstr("sequenceId=\"2147483647\""));
  event.seq = 2'147'483'648;
  EXPECT_THAT(syslog_frame({}, event), HasSubstr("sequenceId=\"1\""));
}

TEST(Syslog, IsOneLine) {
  core::EventRecord event = test::failed_isolation();
  event.document = "{\n\"id\":\"a\"}";
  EXPECT_EQ(syslog_frame({}, event).find('\n'), std::string::npos);
}

}  // namespace
}  // namespace mactiond::format
