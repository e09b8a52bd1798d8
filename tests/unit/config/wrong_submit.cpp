#include <string>
#include <vector>

#include "unit/config/config_text.hpp"
#include "unit/config/wrong_configs.hpp"

namespace mactiond::config {
namespace {

// Line 8 is the table's, line 9 is tested.
std::string submit(const std::string& line) { return region_text() + "[submit]\n" + line + '\n'; }

std::string hosts(const std::string& text) { return submit("link_hosts=['" + text + "']"); }

}  // namespace

std::vector<WrongConfig> wrong_submit() {
  std::string many = "link_hosts=[";
  for (int i = 0; i < 33; ++i) many += "'h" + std::to_string(i) + ".example',";
  return {
      {"SubmitAsList", region_text() + "[[submit]]\nenabled=true\n", "8:1", "write [submit]"},
      {"SubmitMisspelled", region_text() + "[sumbit]\nenabled=true\n", "8:2",
       "did you mean submit?"},
      {"SubmitKeyAtTop", "send_within='1m'\n" + region_text(), "1:1",
       "did you mean submit.send_within?"},
      {"SubmitKeyUnknown", submit("enable=true"), "9:1", "did you mean enabled?"},
      {"SubmitEnabledAsText", submit("enabled='yes'"), "9:9", "true or false"},
      {"SubmitTypesAsText", submit("types='Isolate'"), "9:7", "a list of texts"},
      {"SubmitTypeNumber", submit("types=[1]"), "9:8", "an action type in quotes"},
      {"SubmitTypeMisspelled", submit("types=['Isolate','Unisolat']"), "9:18",
       "Isolate, Unisolate, RestrictCodeExecution, UnrestrictCodeExecution, RunAntiVirusScan, "
       "Offboard, StopAndQuarantineFile, LiveResponse, not \"Unisolat\"; did you mean Unisolate?"},
      {"SubmitTypeGlob", submit("types=['*']"), "9:8",
       "must be one of CollectInvestigationPackage, Isolate, "},
      {"SubmitTypeGlobOfOne", submit("types=['Offboar?']"), "9:8", "did you mean Offboard?"},
      {"SubmitTypeEmpty", submit("types=['']"), "9:8", "must be one of"},
      {"SubmitTypeNeverStarted", submit("types=['RequestSample']"), "9:8",
       "LiveResponse, not \"RequestSample\""},
      {"SubmitTypeInLowerCase", submit("types=['isolate']"), "9:8", "did you mean Isolate?"},
      {"SubmitLimitNegative", submit("max_per_hour=-1"), "9:14", "must be 0 to 10000"},
      {"SubmitLimitBeyondAll", submit("max_per_hour=10001"), "9:14", "must be 0 to 10000"},
      {"SubmitLimitFraction", submit("max_per_hour=1.5"), "9:14", "a whole number"},
      {"SubmitWithinZero", submit("send_within='0s'"), "9:13", "must be 1s to 1d"},
      {"SubmitWithinLong", submit("send_within='25h'"), "9:13", "must be 1s to 1d"},
      {"SubmitWithinNumber", submit("send_within=15"), "9:13", "a duration"},
      {"SubmitHostsAsText", submit("link_hosts='a.example'"), "9:12", "a list of texts"},
      {"SubmitHostWithScheme", hosts("https://a.example"), "9:13",
       "without a scheme or port, not \"https://a.example\""},
      {"SubmitHostWithPort", hosts("a.example:443"), "9:13", "without a scheme or port"},
      {"SubmitHostWithPath", hosts("a.example/x"), "9:13", "a host name like"},
      {"SubmitHostEmpty", hosts(""), "9:13", "a host name like"},
      {"SubmitHostAny", hosts("*"), "9:13", "a host name like"},
      {"SubmitHostGlobInside", hosts("a*.example"), "9:13", "a host name like"},
      {"SubmitHostTwoGlobs", hosts("*.*.example"), "9:13", "a host name like"},
      {"SubmitHostEmptyLabel", hosts("a..example"), "9:13", "a host name like"},
      {"SubmitHostDotAtEnd", hosts("a.example."), "9:13", "a host name like"},
      {"SubmitHostAddress", hosts("10.0.0.1"), "9:13", "a host name like"},
      {"SubmitHostAddress6", hosts("[::1]"), "9:13", "a host name like"},
      {"SubmitHostOfTopDomain", hosts("*.net"), "9:13", "fits too many hosts"},
      {"SubmitHostLong", hosts(std::string(64, 'a') + ".example"), "9:13", "a host name like"},
      {"SubmitHostsMany", submit(many + ']'), "9:12", "at most 32 hosts"},
  };
}

}  // namespace mactiond::config
