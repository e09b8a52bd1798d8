#include "format/line.hpp"

#include <gtest/gtest.h>

#include <string>

#include "support/event_samples.hpp"

namespace mactiond::format {
namespace {

constexpr LineFormat kAll[] = {LineFormat::Json, LineFormat::Ecs, LineFormat::Ocsf,
                               LineFormat::Cef};

TEST(Line, CarriesItsSeqAtItsBeginningInEveryFormat) {
  core::EventRecord event = test::failed_isolation();
  for (const std::uint64_t seq : {std::uint64_t{1}, ~std::uint64_t{0}}) {
    event.seq = seq;
    for (const LineFormat format : kAll) {
      const std::string line = render_line(format, event);
      EXPECT_EQ(line.find('\n'), std::string::npos);
      EXPECT_EQ(seq_of_line(line.substr(0, kLineHead)), seq) << line;
    }
  }
}

TEST(Line, KeepsItsSeqInTheHeadForEveryEvent) {
  for (auto type = core::EventType::ActionTransition; type < core::EventType::WebhookTest;
       type = static_cast<core::EventType>(static_cast<int>(type) + 1)) {
    const core::EventRecord event = test::event_of(type, R"("webhook":"soc","reason":"x")");
    for (const LineFormat format : kAll) {
      EXPECT_EQ(seq_of_line(render_line(format, event).substr(0, kLineHead)), 17U);
    }
  }
}

TEST(Line, IsNotTakenForAnotherProgramsLine) {
  EXPECT_EQ(seq_of_line("{\"seq\":18446744073709551615,"), ~std::uint64_t{0});
  for (const char* other :
       {"", "{", "{\"seq\":", "{\"seq\":17", "{\"seq\":,", "{\"seq\":-1,",
        "{\"seq\":18446744073709551616,", " {\"seq\":1,", "{\"id\":1,",
        "{\"event\":{\"sequence\":", "{\"event\":{\"sequence\":1}", "{\"metadata\":{\"version\":1,",
        "CEF:0|other|mactiond|1|a|b|3|cn1=1 ", "CEF:0|mactiond|mactiond|1|a|b|3|",
        "CEF:0|mactiond|mactiond|1|a|b|3|cn2=1 ", "CEF:0|mactiond|mactiond|1|cn1=1 "}) {
    EXPECT_FALSE(seq_of_line(other)) << other;
  }
}

TEST(Line, BeginsAsEveryPartOfItDoes) {
  core::EventRecord event = test::failed_isolation();
  for (const LineFormat format : kAll) {
    const std::string head = render_line(format, event).substr(0, kLineHead);
    EXPECT_FALSE(may_begin_line("", 17));
    for (std::size_t size = 1; size <= head.size(); ++size) {
      EXPECT_TRUE(may_begin_line(head.substr(0, size), 17)) << head.substr(0, size);
    }
    EXPECT_FALSE(may_begin_line(head, 18)) << head;
    EXPECT_FALSE(may_begin_line("x" + head, 17));
  }
}

}  // namespace
}  // namespace mactiond::format
