#include "ctl/event_stream.hpp"

#include <gtest/gtest.h>

#include <string>

namespace mactiond::ctl {
namespace {

struct Taken {
  std::string data;
  [[nodiscard]] bool push(EventStream& events, std::string_view bytes) {
    return events.push(bytes, [this](std::string_view event) {
      data += std::string(event) + ' ';
      return event != "{last}";
    });
  }
};

TEST(EventStream, PutsEventsTogetherWhereverTheBytesAreCut) {
  const std::string_view stream =
      "retry: 2000\nid: 4\n\n:\n\nid: 5\ndata: {a}\n\nid: 6\ndata: {b}\n\n";
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    EventStream events;
    Taken taken;
    EXPECT_TRUE(taken.push(events, stream.substr(0, cut)));
    EXPECT_TRUE(taken.push(events, stream.substr(cut)));
    EXPECT_EQ(taken.data, "{a} {b} ") << cut;
    EXPECT_EQ(events.last_id(), "6");
  }
}

TEST(EventStream, AnEventThatWasCutOffIsNone) {
  EventStream events;
  Taken taken;
  EXPECT_TRUE(taken.push(events, "id: 5\ndata: {a}\n\nid: 6\ndata: {b}\n"));
  EXPECT_EQ(taken.data, "{a} ");
  EXPECT_EQ(events.last_id(), "5");
}

TEST(EventStream, EndsWhereNoMoreIsWanted) {
  EventStream events;
  Taken taken;
  EXPECT_FALSE(taken.push(events, "id: 1\ndata: {last}\n\nid: 2\ndata: {b}\n\n"));
  EXPECT_EQ(taken.data, "{last} ");
  EXPECT_EQ(events.last_id(), "1");
}

}  // namespace
}  // namespace mactiond::ctl
