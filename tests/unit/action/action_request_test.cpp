#include "action/action_request.hpp"

#include <gmock/gmock.h>

#include <set>
#include <string>
#include <vector>

#include "base/enum_values.hpp"

namespace mactiond {
namespace {

using ::testing::HasSubstr;
using Kind = LiveResponseCommand::Kind;

const std::string kSha1(40, 'a');

std::string mistake(const ActionRequest& request) { return mistake_in(request).value_or("none"); }

LiveResponse session(const std::vector<LiveResponseCommand>& commands) { return {commands}; }

TEST(ActionRequest, EachKindHasATypeOfItsOwn) {
  const std::vector<ActionRequest> kinds{CollectPackage{},
                                         Isolate{},
                                         Unisolate{},
                                         RestrictCodeExecution{},
                                         UnrestrictCodeExecution{},
                                         RunScan{},
                                         Offboard{},
                                         QuarantineFile{},
                                         LiveResponse{}};
  EXPECT_EQ(kinds.size(), std::variant_size_v<ActionRequest>);
  std::set<std::string_view> types;
  for (const ActionRequest& kind : kinds) types.insert(type_of(kind).text());
  EXPECT_EQ(types.size(), kinds.size());
  EXPECT_EQ(type_of(QuarantineFile{}), ActionType(ActionType::Known::StopAndQuarantineFile));
  EXPECT_EQ(type_of(RunScan{}), ActionType(ActionType::Known::RunAntiVirusScan));
}

TEST(ActionRequest, ItsWordsAreReadAsTheyAreWritten) {
  EXPECT_EQ(value_named<Isolate::Scope>("UnManagedDevice"), Isolate::Scope::UnManagedDevice);
  EXPECT_EQ(value_named<Isolate::Scope>("unmanageddevice"), std::nullopt);
  EXPECT_EQ(value_named<RunScan::Scope>("Quick"), RunScan::Scope::Quick);
  EXPECT_EQ(value_named<Kind>("GetFile"), Kind::GetFile);
}

TEST(ActionRequest, MostKindsHaveNothingToGetWrong) {
  EXPECT_EQ(mistake(Isolate{}), "none");
  EXPECT_EQ(mistake(Offboard{}), "none");
  EXPECT_EQ(mistake(RunScan{RunScan::Scope::Full}), "none");
}

TEST(ActionRequest, ASha1HasFortyHexDigits) {
  EXPECT_EQ(mistake(QuarantineFile{kSha1}), "none");
  EXPECT_EQ(mistake(QuarantineFile{std::string(40, 'F')}), "none");
  EXPECT_EQ(mistake(QuarantineFile{std::string(39, '0')}),
            "sha1 has 39 digits: give the file's SHA-1, which has 40");
  EXPECT_EQ(mistake(QuarantineFile{std::string(64, '0')}),
            "sha1 has 64 digits, as a SHA-256 has: give the file's SHA-1, which has 40");
  EXPECT_THAT(mistake(QuarantineFile{""}), HasSubstr("0 digits"));
  EXPECT_THAT(mistake(QuarantineFile{std::string(39, '0') + 'g'}), HasSubstr("no hex digits"));
}

TEST(ActionRequest, CommandsComeInTheRequiredOrder) {
  const LiveResponseCommand put{Kind::PutFile, "tool.exe", ""};
  const LiveResponseCommand run{Kind::RunScript, "a.ps1", "-x"};
  const LiveResponseCommand get{Kind::GetFile, "C:\\x.zip", ""};
  EXPECT_EQ(mistake(session({put, put, run, run, get, get})), "none");
  EXPECT_EQ(mistake(session({get})), "none");
  for (const auto& commands : {session({run, put}), session({get, run}), session({put, get, put}),
                               session({put, run, get, run})}) {
    EXPECT_THAT(mistake(commands), HasSubstr("give all PutFile first"));
  }
  EXPECT_EQ(mistake(session({run, put})),
            "commands[1] (PutFile) comes after a RunScript: give all PutFile first, then all "
            "RunScript, then all GetFile");
}

TEST(ActionRequest, ALiveResponseHasSomeCommands) {
  EXPECT_EQ(mistake(session({})), "commands is empty: give at least one command");
  const LiveResponseCommand run{Kind::RunScript, "a.ps1", ""};
  EXPECT_EQ(mistake(LiveResponse{std::vector(kCommandsMax, run)}), "none");
  EXPECT_EQ(mistake(LiveResponse{std::vector(kCommandsMax + 1, run)}),
            "commands has 101 members: give at most 100");
}

TEST(ActionRequest, ACommandHasANameOfOneLine) {
  EXPECT_EQ(mistake(session({{Kind::RunScript, "", ""}})),
            "commands[0] (RunScript) has no ScriptName: give one");
  EXPECT_EQ(mistake(session({{Kind::GetFile, "C:\\a\nb", ""}})),
            "commands[0] (GetFile) has a control character or a line break in Path: take it out");
  EXPECT_EQ(mistake(session({{Kind::PutFile, "a\xff", ""}})),
            "commands[0] (PutFile) has a FileName that is not valid UTF-8: correct it");
  EXPECT_EQ(mistake(session({{Kind::GetFile, std::string(kCommandNameMax, 'x'), ""}})), "none");
  EXPECT_EQ(mistake(session({{Kind::GetFile, std::string(kCommandNameMax + 1, 'x'), ""}})),
            "commands[0] (GetFile) has 1025 bytes in Path: give at most 1024");
}

TEST(ActionRequest, OnlyAScriptHasArguments) {
  EXPECT_EQ(mistake(session({{Kind::RunScript, "a.ps1", "-Path \"C:\\x y\" -é"}})), "none");
  EXPECT_EQ(mistake(session({{Kind::PutFile, "a.exe", "-x"}})),
            "commands[0] (PutFile) takes no Args: only RunScript does");
  EXPECT_THAT(mistake(session({{Kind::RunScript, "a.ps1", "-x\r\n-y"}})),
              HasSubstr("line break in Args"));
  EXPECT_THAT(
      mistake(session({{Kind::RunScript, "a.ps1", std::string(kCommandArgumentsMax + 1, 'x')}})),
      HasSubstr("give at most 4096"));
}

}  // namespace
}  // namespace mactiond
