#include "ctl/doctor_command.hpp"

#include <gmock/gmock.h>

#include <string>

#include "base/exit_code.hpp"
#include "command_fixture.hpp"
#include "doctor/check.hpp"

namespace mactiond::ctl {
namespace {

using testing::HasSubstr;

class DoctorTest : public CommandTest {
 protected:
  Result examine(const DoctorChoice& choice = {}) {
    return run([&](const Session& session, const Pace&, Progress&) {
      return ctl::examine(session, choice);
    });
  }
  void answer_with(const doctor::Checks& checks) {
    daemon_.start({http_answer(200, doctor::to_json(checks))});
  }
};

const doctor::Target kRegion{"region", "eu"};

TEST_F(DoctorTest, EndsWith0WhereAllIsWell) {
  answer_with({kRegion.good("token", "valid for 59 min")});
  const Result result = examine();
  EXPECT_EQ(result.exit_code, kExitDone);
  EXPECT_EQ(result.out, "[+] region eu: token: valid for 59 min\n1 checks, all ok\n");
}

TEST_F(DoctorTest, EndsWith1AndSaysTheRemedyWhereSomethingIsNot) {
  answer_with({kRegion.bad("token", "wrong secret", "copy its Value")});
  const Result result = examine({"eu", "soc", true});
  EXPECT_EQ(result.exit_code, kExitRefused);
  EXPECT_THAT(result.out, HasSubstr("[-] region eu: token: wrong secret -> copy its Value\n"));
  EXPECT_THAT(daemon_.requests().at(0), HasSubstr("POST /v1/doctor"));
  EXPECT_THAT(daemon_.requests().at(0), HasSubstr(R"("region":"eu","webhook":"soc","send":true)"));
}

TEST_F(DoctorTest, PrintsTheReportAsItIsWithJson) {
  json_ = true;
  answer_with({kRegion.bad("token", "wrong secret", "copy its Value")});
  const Result result = examine();
  EXPECT_EQ(result.exit_code, kExitRefused);
  EXPECT_THAT(result.out, HasSubstr(R"({"ok":false,"checks":[{"target":"region","name":"eu",)"));
}

TEST_F(DoctorTest, PassesARefusalOn) {
  daemon_.start({http_answer(404, R"({"status":404,"detail":"there is no region"})")});
  const Result result = examine({"x", "", false});
  EXPECT_EQ(result.exit_code, kExitRefused);
  EXPECT_THAT(result.errors, HasSubstr("there is no region"));
}

TEST_F(DoctorTest, DoesNotTakeAnotherProgramForTheDaemon) {
  daemon_.start({http_answer(200, "{}")});
  EXPECT_EQ(examine().exit_code, kExitUnavailable);
}

}  // namespace
}  // namespace mactiond::ctl
