#include "action/machine_choice.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <string>
#include <vector>

#include "base/iso_time.hpp"

namespace mactiond {
namespace {

using ::testing::ElementsAre;
using Why = MachineRefusal::Why;

const MachineQuery kFull{MachineQuery::Kind::Name, "pc.contoso.com"};
const MachineQuery kShort{MachineQuery::Kind::FirstLabel, "pc"};

std::string id_of(char digit) { return std::string(40, digit); }

Machine machine(char digit, const std::string& onboarding = "Onboarded",
                const std::string& name = "pc.contoso.com") {
  Machine result;
  result.id = id_of(digit);
  result.computer_dns_name = name;
  result.onboarding_status = onboarding;
  return result;
}

Machine merged(char digit) {
  Machine result = machine(digit);
  result.merged_into = id_of('f');
  return result;
}

Machine seen(char digit, const std::string& time) {
  Machine result = machine(digit);
  result.last_seen = parse_iso_time(time);
  return result;
}

/// The first digit of the machine chosen, or why none is.
std::string choice(const MachineQuery& query, const std::vector<Machine>& found,
                   bool complete = true) {
  const MachineChoice chosen = choose_machine(query, found, complete);
  if (const auto* one = std::get_if<Machine>(&chosen)) return one->id.substr(0, 1);
  switch (std::get<MachineRefusal>(chosen).why) {
    case Why::NotFound:
      return "not found";
    case Why::Several:
      return "several";
    case Why::Merged:
      return "merged";
    case Why::Incomplete:
      return "incomplete";
  }
  return "";
}

std::vector<std::string> candidates(const MachineChoice& choice) {
  std::vector<std::string> digits;
  for (const Machine& one : std::get<MachineRefusal>(choice).candidates) {
    digits.push_back(one.id.substr(0, 1));
  }
  return digits;
}

TEST(MachineChoice, TakesTheOnlyOneWhateverItsState) {
  EXPECT_EQ(choice(kFull, {machine('1')}), "1");
  EXPECT_EQ(choice(kFull, {machine('1', "CanBeOnboarded")}), "1");
  EXPECT_EQ(choice(kFull, {machine('1', "")}), "1");
}

TEST(MachineChoice, FindsNone) {
  EXPECT_EQ(choice(kFull, {}), "not found");
  EXPECT_EQ(choice(kFull, {machine('1', "Onboarded", "pc2.contoso.com")}), "not found");
}

TEST(MachineChoice, LooksAtTheNameItself) {
  EXPECT_EQ(choice(kFull, {machine('1', "Onboarded", "PC.Contoso.COM")}), "1");
  EXPECT_EQ(choice(kShort, {machine('1'), machine('2', "Onboarded", "pc-old.contoso.com"),
                            machine('3', "Onboarded", "pc2.contoso.com")}),
            "1");
  EXPECT_EQ(choice(kShort, {machine('1'), machine('2', "Onboarded", "pc.fabrikam.com")}),
            "several");
}

TEST(MachineChoice, TakesTheOnlyOneInUseAmongSeveral) {
  EXPECT_EQ(choice(kFull, {machine('1', "CanBeOnboarded"), machine('2'), merged('3')}), "2");
  EXPECT_EQ(choice(kFull, {machine('1', "onboarded"), machine('2', "InsufficientInfo")}), "1");
}

TEST(MachineChoice, NeverGuesses) {
  EXPECT_EQ(choice(kFull, {machine('1'), machine('2')}), "several");
  EXPECT_EQ(choice(kFull, {machine('1', "Unsupported"), machine('2', "CanBeOnboarded")}),
            "several");
  EXPECT_EQ(choice(kFull, {merged('1'), merged('2')}), "several");
  EXPECT_EQ(choice(kFull, {merged('1'), machine('2', "CanBeOnboarded")}), "several");
  EXPECT_EQ(choice(kFull, {seen('1', "2026-11-01T00:00:00Z"), seen('2', "2026-11-30T00:00:00Z")}),
            "several")
      << "one that was seen later may still be the wrong one";
}

TEST(MachineChoice, DoesNotFollowAMerge) { EXPECT_EQ(choice(kFull, {merged('1')}), "merged"); }

TEST(MachineChoice, IsNotMadeFromAPartOfTheMachines) {
  EXPECT_EQ(choice(kFull, {machine('1')}, false), "incomplete");
  EXPECT_EQ(choice(kFull, {}, false), "incomplete");
}

TEST(MachineChoice, CountsAMachineOnce) {
  Machine again = machine('a');
  again.id = id_of('A');
  EXPECT_EQ(choice(kFull, {machine('1'), machine('1')}), "1");
  EXPECT_EQ(choice(kFull, {machine('a'), again}).size(), 1U);
}

TEST(MachineChoice, ListsTheCandidatesLatestSeenFirst) {
  EXPECT_THAT(
      candidates(choose_machine(
          kFull,
          {seen('1', "2026-11-01T00:00:00Z"), machine('4'), seen('2', "2026-11-30T00:00:00Z"),
           seen('3', "2026-11-01T00:00:00Z"), machine('9', "Onboarded", "other.contoso.com")},
          true)),
      ElementsAre("2", "1", "3", "4"));
}

TEST(MachineChoice, SaysWhatToDo) {
  EXPECT_EQ(sentence({Why::NotFound, {}}, kShort),
            "no machine has the name \"pc\": check its spelling, or give its id");
  EXPECT_EQ(sentence({Why::Several, {machine('1'), machine('2')}}, kShort),
            "2 machines have the name \"pc\": give the id of the one you mean");
  EXPECT_EQ(sentence({Why::Merged, {merged('1')}}, kFull),
            "the machine \"pc.contoso.com\" was merged into another: give the id of that one");
  EXPECT_EQ(sentence({Why::Incomplete, {}}, kShort),
            "more machines have the name \"pc\" than are read: give the id of the one you mean");
}

}  // namespace
}  // namespace mactiond
