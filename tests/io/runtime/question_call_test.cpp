#include "runtime/question_call.hpp"

#include <gtest/gtest.h>

#include <string>
#include <variant>

#include "action/machine_query.hpp"

namespace mactiond::runtime {
namespace {

const std::string kMachine(40, 'a');
const http::Url kApi{"https", "api.example", "443", "/"};

std::string target(const core::Question& question) {
  const http::Request request = request_of(question, kApi, Secret("token"));
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.url.host, "api.example");
  EXPECT_EQ(request.authorization.reveal(), "Bearer token");
  return request.url.target;
}

core::Question named(const std::string& name) { return core::MachinesNamed{*first_query(name)}; }

TEST(QuestionCall, AsksForEachKindByItsMethod) {
  EXPECT_EQ(target(core::MachineById{kMachine}), "/api/machines/" + kMachine);
  EXPECT_EQ(target(named("pc")), "/api/machines?$filter=computerDnsName%20eq%20'pc'&$top=100");
  EXPECT_EQ(target(core::MachineOfAlert{"da1_2"}), "/api/alerts/da1_2");
  EXPECT_EQ(target(core::PackageLink{ActionId{"a"}}), "/api/machineactions/a/getPackageUri");
  EXPECT_EQ(target(core::ResultLink{ActionId{"a"}, 2}),
            "/api/machineactions/a/GetLiveResponseResultDownloadLink(index=2)");
}

TEST(QuestionCall, HasANameOfItsKindInTheMetrics) {
  EXPECT_STREQ(call_of(core::MachineById{kMachine}).name, "machine");
  EXPECT_STREQ(call_of(named("pc")).name, "machines");
  EXPECT_STREQ(call_of(core::MachineOfAlert{"a"}).name, "alert");
  EXPECT_STREQ(call_of(core::PackageLink{}).name, "link");
  EXPECT_STREQ(call_of(core::ResultLink{}).name, "link");
}

TEST(QuestionCall, ReadsTheAnswerOfEachKind) {
  const auto machine = read_answer(core::MachineById{kMachine}, R"({"id":")" + kMachine + R"("})");
  EXPECT_EQ(std::get<Machine>(machine.value()).id, kMachine);
  const auto page = read_answer(named("pc"), R"({"value":[]})");
  EXPECT_EQ(std::get<MachinePage>(page.value()).query.name, "pc");
  const auto alert = read_answer(core::MachineOfAlert{"da1"}, R"({"id":"da1","machineId":null})");
  EXPECT_EQ(std::get<MachineAlert>(alert.value()).id, "da1");
  for (const core::Question& question :
       {core::Question(core::PackageLink{}), core::Question(core::ResultLink{})}) {
    const auto link = read_answer(question, R"({"value":"https://files.example/x?sig=1"})");
    EXPECT_EQ(std::get<core::Link>(link.value()).url.reveal(), "https://files.example/x?sig=1");
  }
}

TEST(QuestionCall, TakesNoAnswerAboutAnother) {
  const std::string other(40, 'b');
  EXPECT_EQ(read_answer(core::MachineById{kMachine}, R"({"id":")" + other + R"("})").error().code,
            Errc::UnexpectedDocument);
  EXPECT_EQ(
      read_answer(core::MachineOfAlert{"da1"}, R"({"id":"da2","machineId":null})").error().code,
      Errc::UnexpectedDocument);
  EXPECT_TRUE(
      read_answer(core::MachineById{std::string(40, 'A')}, R"({"id":")" + kMachine + R"("})"))
      << "in other letter case it is the same";
}

TEST(QuestionCall, TakesNoAnswerThatCannotBeRead) {
  for (const core::Question& question :
       {core::Question(core::MachineById{kMachine}), named("pc"),
        core::Question(core::MachineOfAlert{"da1"}), core::Question(core::PackageLink{}),
        core::Question(core::ResultLink{})}) {
    EXPECT_FALSE(read_answer(question, "{}"));
    EXPECT_FALSE(read_answer(question, "<html>"));
  }
}

}  // namespace
}  // namespace mactiond::runtime
