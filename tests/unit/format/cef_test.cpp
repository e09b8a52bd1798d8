#include "format/cef.hpp"

#include <gmock/gmock.h>

#include <string>

#include "support/event_samples.hpp"

namespace mactiond::format {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(Cef, HasItsHeaderAndTheKeysASiemKnows) {
  EXPECT_EQ(
      cef_line(test::failed_isolation()),
      "CEF:0|mactiond|mactiond|" MACTIOND_VERSION
      "|action.transition|action transition|8|"
      "cn1=17 cn1Label=seq rt=1795169640123 externalId=ma_5f0c7a52-0000-5000-8000-000000000017 "
      "msg=Isolate on srv-db-01.contoso.com failed act=Isolate outcome=Failed reason=0x80190198 "
      "dhost=srv-db-01.contoso.com deviceExternalId=1e5bc9d7 suser=analyst@contoso.com "
      "fileHash=87662bc3d60e4200ceaf7aae249d1c343f4b83c9 cs1=a-1 cs1Label=actionId "
      "cs2=InProgress cs2Label=from cs3=eu cs3Label=region "
      "cs5=<beacon> & [c2](http://evil.example) cs5Label=comment dvchost=soc1");
}

TEST(Cef, EscapesWhatWouldBeAnotherKey) {
  core::EventRecord event = test::failed_isolation();
  event.document = R"({"requestor":"a=b\\c|d\ncs1=fake\t.","requestorComment":"\r\n"})";
  const std::string line = cef_line(event);
  EXPECT_THAT(line, HasSubstr("suser=a\\=b\\\\c|d\\ncs1\\=fake ."));
  EXPECT_THAT(line, HasSubstr("cs5=\\r\\n "));
  EXPECT_THAT(line, Not(HasSubstr("\n")));
}

TEST(Cef, ShowsAWebhookToo) {
  const std::string line = cef_line(
      test::event_of(core::EventType::WebhookPaused, R"("webhook":"soc","reason":"rejected 404")"));
  EXPECT_THAT(line, StartsWith("CEF:0|mactiond|mactiond|" MACTIOND_VERSION
                               "|webhook.paused|webhook paused|6|cn1=17 "));
  EXPECT_THAT(line, HasSubstr(" reason=rejected 404 "));
  EXPECT_THAT(line, EndsWith(" cs6=soc cs6Label=webhook dvchost=soc1"));
}

TEST(Cef, ShowsWhatIsKnownOfTheMachine) {
  const std::string line = cef_line(test::enriched_isolation());
  EXPECT_THAT(line, HasSubstr("flexString1=SOC Europe flexString1Label=machineGroup "));
  EXPECT_THAT(line, HasSubstr("flexString2=prod, a\\=b flexString2Label=machineTags "));
}

}  // namespace
}  // namespace mactiond::format
