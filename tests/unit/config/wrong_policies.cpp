#include "unit/config/wrong_configs.hpp"

#include <string>
#include <vector>

#include "unit/config/config_text.hpp"

namespace mactiond::config {
namespace {

// Lines 8 to 11 are a policy that is right, the lines after it are tested.
std::string scans(const std::string& lines = "") {
  return region_text() + "[[policy]]\nname='scans'\naction='cancel'\nstale_after='6h'\n" + lines;
}

const std::string kScan = "match.type=['RunAntiVirusScan']\n";

}  // namespace

std::vector<WrongConfig> wrong_policies() {
  return {
      {"PolicyCancelAsList", "[[cancel]]\nmax_per_hour=1\n" + region_text(), "1:1",
       "write [cancel]"},
      {"PolicyCancelNegative", region_text() + "[cancel]\nmax_per_hour=-1\n", "9:14",
       "must be 0 to"},
      {"PolicyCancelUnknownKey", region_text() + "[cancel]\nmax_per_hours=1\n", "9:1",
       "did you mean max_per_hour?"},
      {"PolicyAsTable", region_text() + "[policy]\nname='a'\n", "8:1", "write [[policy]]"},
      {"PolicyPlural", region_text() + "[[policys]]\nname='a'\n", "8:3", "did you mean policy?"},
      {"PolicyNameMissing", region_text() + "[[policy]]\naction='ignore'\n", "8:1",
       "policy.name: missing"},
      {"PolicyNameWithBlank", region_text() + "[[policy]]\nname='a b'\naction='ignore'\n", "9:6",
       "letters"},
      {"PolicyNameTaken",
       scans(kScan + "[[policy]]\nname='scans'\naction='notify'\nstale_after='1h'\n"), "14:6",
       "the policy in line 9 already"},
      {"PolicyActionMissing", region_text() + "[[policy]]\nname='a'\nstale_after='1h'\n", "8:1",
       "policy.action: missing"},
      {"PolicyActionUnknown", region_text() + "[[policy]]\nname='a'\naction='cancle'\n", "10:8",
       "did you mean cancel?"},
      {"PolicyStaleAfterMissing", region_text() + "[[policy]]\nname='a'\naction='notify'\n", "8:1",
       "policy.stale_after: missing"},
      {"PolicyStaleAfterMissingInCancel",
       region_text() + "[[policy]]\nname='a'\naction='cancel'\n" + kScan, "8:1",
       "policy.stale_after: missing"},
      {"PolicyStaleAfterZero",
       region_text() + "[[policy]]\nname='a'\naction='notify'\nstale_after='0s'\n", "11:13",
       "must be 1ms to 365d"},
      {"PolicyStaleAfterNegative",
       region_text() + "[[policy]]\nname='a'\naction='notify'\nstale_after='-1s'\n", "11:13",
       "a duration"},
      {"PolicyStaleSinceUnknown", scans(kScan + "stale_since='update'\n"), "13:13",
       "did you mean updated?"},
      {"PolicyDryRunAsText", scans(kScan + "dry_run='true'\n"), "13:9", "true or false"},
      {"PolicyLimitNegative", scans(kScan + "max_per_hour=-1\n"), "13:14", "must be 0 to"},
      {"PolicyLimitFraction", scans(kScan + "max_per_hour=1.5\n"), "13:14", "a whole number"},
      {"PolicyCommentPlaceholder", scans(kScan + "comment='{stauts}'\n"), "13:9",
       "unknown placeholder {stauts}; there are {policy}"},
      {"PolicyCommentOpen", scans(kScan + "comment='a {age'\n"), "13:9", "{ without its }"},
      {"PolicyCommentEmpty", scans(kScan + "comment=''\n"), "13:9", "must not be empty"},
      {"PolicyCommentLong", scans(kScan + "comment='" + std::string(1001, 'x') + "'\n"), "13:9",
       "at most 1000 bytes"},
      {"PolicyCommentNumber", scans(kScan + "comment=1\n"), "13:9", "must be text"},
      {"PolicyCancelWithoutType", scans(), "8:1",
       "policy.match.type: a policy that cancels must name"},
      {"PolicyCancelWithEmptyType", scans("match.type=[]\n"), "12:12", "must name its types"},
      {"PolicyCancelWithoutTypeInDryRun", scans("dry_run=true\n"), "8:1", "must name its types"},
      {"PolicyGlobReachesGuarded", scans("match.type=['Isolate','*']\n"), "12:23",
       "\"*\" reaches Offboard, Unisolate, UnrestrictCodeExecution"},
      {"PolicyGlobReachesUnisolate", scans("match.type=['*isolate']\n"), "12:13",
       "reaches Unisolate,"},
      {"PolicyGlobReachesOffboard", scans("match.type=['OFFB?ARD']\n"), "12:13",
       "reaches Offboard,"},
      {"PolicyGlobReachesUnrestrict", scans("match.type=['*CodeExecution']\n"), "12:13",
       "reaches UnrestrictCodeExecution,"},
      {"PolicyGlobReachesNamed", scans("match.type=['Offboard','Off*']\n"), "12:24",
       "reaches Offboard,"},
      {"PolicyTypeAsText", scans("match.type='Isolate'\n"), "12:12", "a list of texts"},
      {"PolicyMatchAsList", scans("match=['*']\n"), "12:7", "write [policy.match]"},
      {"PolicyMatchUnknownKey", scans(kScan + "match.computers=['a']\n"), "13:7",
       "did you mean computer?"},
      {"PolicyMatchKeyOutside", scans(kScan + "requestor=['a']\n"), "13:1",
       "did you mean match.requestor?"},
      {"PolicyEmptyGlob", scans(kScan + "match.computer=['']\n"), "13:17", "1 to 256"},
      {"PolicyLongGlob", scans(kScan + "match.computer=['" + std::string(257, 'x') + "']\n"),
       "13:17", "1 to 256"},
  };
}

}  // namespace mactiond::config
