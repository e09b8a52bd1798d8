#include "ctl/freshness.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <set>
#include <string>

namespace mactiond::ctl {
namespace {

std::string warning(const std::string& regions, const std::set<std::string>& named = {}) {
  const auto status = boost::json::parse(R"({"regions":[)" + regions + "]}").as_object();
  return format_old_data(status, named);
}

std::string region(const std::string& state, const std::string& age, const std::string& reason,
                   const std::string& name = "eu") {
  return R"({"name":")" + name + R"(","state":")" + state + R"(","last_poll_age_s":)" + age +
         R"(,"reason":)" + reason + "}";
}

TEST(FormatOldData, IsSilentWhileARegionIsPolled) {
  EXPECT_EQ(warning(region("ok", "2", "null")), "");
  EXPECT_EQ(warning(region("ok", "20", R"("timeout: no answer")")), "");
}

TEST(FormatOldData, SaysWhenADegradedRegionWasLastPolledAndWhatIsWrong) {
  EXPECT_EQ(warning(region("degraded", "550", R"("permission 403: Forbidden: no role")")),
            "eu: last polled 9m ago (permission 403): this may be old\n");
  EXPECT_EQ(warning(region("degraded", "7300", R"("network")")),
            "eu: last polled 2h ago (network): this may be old\n");
  EXPECT_EQ(warning(region("degraded", "3", "null")), "eu: last polled 3s ago: this may be old\n");
}

TEST(FormatOldData, SaysThatARegionWasNotPolledYet) {
  EXPECT_EQ(warning(region("starting", "null", "null")),
            "eu: not polled since the daemon started: this may be old\n");
  EXPECT_EQ(warning(region("starting", "null", R"("auth 401: invalid_client AADSTS7000215: x")")),
            "eu: not polled since the daemon started (auth 401): this may be old\n");
}

TEST(FormatOldData, SaysThatAnyRegionWasNotPolledLately) {
  EXPECT_EQ(warning(region("ok", "600", "null")), "eu: last polled 10m ago: this may be old\n");
}

TEST(FormatOldData, KeepsToTheRegionsThatWereShown) {
  const std::string two =
      region("degraded", "90", "null") + ',' + region("degraded", "90", "null", "us");
  EXPECT_EQ(warning(two, {"us"}), "us: last polled 1m ago: this may be old\n");
  EXPECT_EQ(warning(two),
            "eu: last polled 1m ago: this may be old\nus: last polled 1m ago: this may be old\n");
}

TEST(FormatOldData, HasNoControlCharacters) {
  EXPECT_EQ(warning(region("degraded", "90", R"("a\u001b[31mb")")),
            "eu: last polled 1m ago (a [31mb): this may be old\n");
}

TEST(FormatOldData, IsSilentAboutWhatIsNoStatus) {
  EXPECT_EQ(format_old_data({}, {}), "");
  EXPECT_EQ(warning("1,null"), "");
}

}  // namespace
}  // namespace mactiond::ctl
