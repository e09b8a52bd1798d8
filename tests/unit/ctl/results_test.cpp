#include "ctl/results.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/exit_code.hpp"
#include "command_fixture.hpp"
#include "ctl/client.hpp"
#include "ctl/received_file.hpp"
#include "support/deflated.hpp"

namespace mactiond::ctl {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::StartsWith;

std::string file_answer(const std::string& type, const std::string& body) {
  return http_answer(200, body, "Content-Type: " + type + "\r\n");
}

std::string chunks(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Type: application/zip\r\nTransfer-Encoding: chunked\r\n\r\n" +
         body;
}

const std::string kOutput =
    R"({"script_name":"a.ps1","exit_code":0,"script_output":"hello\n","script_errors":""})";

class CtlResults : public CommandTest {
 protected:
  CtlResults() {
    std::string pattern = (fs::temp_directory_path() / "mactiond-XXXXXX").string();
    directory_ = mkdtemp(pattern.data());
    choice_.id = "a1";
    choice_.output = directory_ + "/file";
  }
  ~CtlResults() override { fs::remove_all(directory_); }

  Result package(const std::string& answer) {
    daemon_.start({answer});
    return run([this](const Session& session, const Pace& /*pace*/, Progress& progress) {
      return save_package(session, choice_, progress);
    });
  }
  Result result(const std::string& answer) {
    daemon_.start({answer});
    return run([this](const Session& session, const Pace& /*pace*/, Progress& progress) {
      return save_result(session, choice_, progress);
    });
  }
  [[nodiscard]] std::string content() const {
    std::ifstream file(choice_.output, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
  [[nodiscard]] bool is_empty() const { return fs::is_empty(directory_); }

  std::string directory_;
  ResultChoice choice_;
};

TEST_F(CtlResults, SaveAPackage) {
  const Result saved = package(file_answer("application/zip", "PK..."));
  EXPECT_EQ(saved.exit_code, 0);
  EXPECT_EQ(saved.out, "saved " + choice_.output + ", 5 B\n");
  EXPECT_EQ(saved.errors, "");
  EXPECT_EQ(content(), "PK...");
  EXPECT_THAT(daemon_.requests().back(), StartsWith("GET /v1/actions/a1/package HTTP/1.1\r\n"));
}

TEST_F(CtlResults, SaveWhatComesInChunks) {
  EXPECT_EQ(package(chunks("3\r\nPK.\r\n2\r\n..\r\n0\r\n\r\n")).exit_code, 0);
  EXPECT_EQ(content(), "PK...");
}

TEST_F(CtlResults, SaveALargeFileInPieces) {
  const std::string body(std::size_t{20} << 20U, 'x');
  const Result saved = package(file_answer("application/zip", body));
  EXPECT_EQ(saved.out, "saved " + choice_.output + ", 20.0 MiB\n");
  EXPECT_EQ(fs::file_size(choice_.output), body.size());
}

TEST_F(CtlResults, AskForTheCommandAndTheRegion) {
  choice_.index = 2;
  choice_.region = "e u";
  EXPECT_EQ(result(file_answer("application/gzip", "")).exit_code, 0);
  EXPECT_THAT(daemon_.requests().back(),
              StartsWith("GET /v1/actions/a1/result?region=e%20u&index=2 HTTP/1.1\r\n"));
}

TEST_F(CtlResults, AreUnpacked) {
  const std::string packed = test::deflated("the file", test::kGzip);
  const Result saved = result(file_answer("application/gzip", packed));
  EXPECT_EQ(saved.exit_code, 0) << saved.errors;
  EXPECT_EQ(saved.out, "saved " + choice_.output + ", 8 B, unpacked\n");
  EXPECT_EQ(content(), "the file");
}

TEST_F(CtlResults, StayAsTheyCameWhereThatIsAsked) {
  choice_.raw = true;
  const std::string packed = test::deflated("the file", test::kGzip);
  EXPECT_EQ(result(file_answer("application/gzip", packed)).exit_code, 0);
  EXPECT_EQ(content(), packed);
}

TEST_F(CtlResults, AreNotUnpackedIfTheyAreNoFetchedFile) {
  const std::string packed = test::deflated("the file", test::kGzip);
  EXPECT_EQ(package(file_answer("application/zip", packed)).exit_code, 0);
  EXPECT_EQ(content(), packed);
}

TEST_F(CtlResults, ThatAreDamagedAreNotSaved) {
  const std::string packed = test::deflated("the file", test::kGzip);
  const Result saved = result(file_answer("application/gzip", packed.substr(0, 15)));
  EXPECT_EQ(saved.exit_code, kExitRefused);
  EXPECT_EQ(saved.errors, "mactionctl: the packed file is damaged; --raw saves it as it came\n");
  EXPECT_TRUE(is_empty());
}

TEST_F(CtlResults, AreNotSavedInPart) {
  for (const std::string& answer :
       {std::string("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234"), chunks("3\r\nPK.\r\n"),
        chunks("3\r\nPK.\r\nnone\r\n")}) {
    const Result saved = package(answer);
    EXPECT_EQ(saved.exit_code, kExitRefused);
    EXPECT_THAT(saved.errors, HasSubstr("the download broke off, and nothing was saved: "));
    EXPECT_TRUE(is_empty());
  }
}

TEST_F(CtlResults, AreNotTakenFromWhatDoesNotSayItsEnd) {
  const Result saved = package("HTTP/1.1 200 OK\r\nContent-Type: application/zip\r\n\r\nPK...");
  EXPECT_NE(saved.exit_code, 0);
  EXPECT_THAT(saved.errors, HasSubstr(kForeign));
  EXPECT_TRUE(is_empty());
}

TEST_F(CtlResults, SayWhyThereIsNothing) {
  const Result saved = package(http_answer(
      409, R"({"title":"Conflict","status":409,"detail":"the package is not there yet"})",
      "Content-Type: application/problem+json\r\n"));
  EXPECT_EQ(saved.exit_code, kExitRefused);
  EXPECT_EQ(saved.errors, "mactionctl: 409 Conflict: the package is not there yet\n");
  EXPECT_TRUE(is_empty());
}

TEST_F(CtlResults, NeedADaemon) {
  daemon_.stop();
  const auto saved = run([this](const Session& session, const Pace& /*pace*/, Progress& progress) {
    return save_package(session, choice_, progress);
  });
  EXPECT_EQ(saved.exit_code, kExitUnavailable);
  EXPECT_TRUE(is_empty());
}

TEST_F(CtlResults, AskForNothingWhereTheFileCannotBeWritten) {
  std::ofstream(choice_.output) << "mine";
  const Result saved = package(file_answer("application/zip", "PK"));
  EXPECT_EQ(saved.exit_code, kExitUsage);
  EXPECT_THAT(saved.errors, HasSubstr("exists: name another file, or replace it by --force"));
  EXPECT_TRUE(daemon_.requests().empty());
  EXPECT_EQ(content(), "mine");
  choice_.force = true;
  EXPECT_EQ(package(file_answer("application/zip", "PK")).exit_code, 0);
  EXPECT_EQ(content(), "PK");
}

TEST_F(CtlResults, AreJsonForScripts) {
  json_ = true;
  const std::string packed = test::deflated("the file", test::kGzip);
  EXPECT_EQ(result(file_answer("application/gzip", packed)).out,
            R"({"file":")" + choice_.output + R"(","bytes":8,"unpacked":true})" + "\n");
}

TEST_F(CtlResults, ShowTheOutputOfAScript) {
  choice_.output.clear();
  choice_.show = true;
  const Result shown = result(file_answer("application/json", kOutput));
  EXPECT_EQ(shown.exit_code, 0) << shown.errors;
  EXPECT_EQ(shown.out, "script     a.ps1\nexit code  0\noutput:\nhello\n");
  json_ = true;
  EXPECT_EQ(result(file_answer("application/json", kOutput)).out, kOutput + "\n");
}

TEST_F(CtlResults, ShowAndSave) {
  choice_.show = true;
  EXPECT_THAT(result(file_answer("application/json", kOutput)).out, HasSubstr("hello\n"));
  EXPECT_EQ(content(), kOutput);
}

TEST_F(CtlResults, ShowNothingElse) {
  choice_.output.clear();
  choice_.show = true;
  const Result file = result(file_answer("application/gzip", "packed"));
  EXPECT_EQ(file.exit_code, kExitRefused);
  EXPECT_EQ(file.errors, "mactionctl: the result is a file: --output FILE saves it\n");
  const Result other = result(file_answer("application/json", "[1]"));
  EXPECT_EQ(other.exit_code, kExitRefused);
  EXPECT_EQ(other.out, "");
  const Result large =
      result(file_answer("application/json", std::string(std::size_t{17} << 20U, ' ')));
  EXPECT_EQ(large.exit_code, kExitRefused);
  EXPECT_THAT(large.errors, HasSubstr("too large to be shown"));
}

TEST_F(CtlResults, AreForSomething) {
  choice_.output.clear();
  const Result nothing = result(file_answer("application/json", kOutput));
  EXPECT_EQ(nothing.exit_code, kExitUsage);
  EXPECT_TRUE(daemon_.requests().empty());
}

TEST(CtlBytes, AreReadable) {
  EXPECT_EQ(format_bytes(0), "0 B");
  EXPECT_EQ(format_bytes(1023), "1023 B");
  EXPECT_EQ(format_bytes(1536), "1.5 KiB");
  EXPECT_EQ(format_bytes(1048575), "1023.9 KiB");
  EXPECT_EQ(format_bytes(1048576), "1.0 MiB");
  EXPECT_EQ(format_bytes(std::uint64_t{5} << 40U), "5120.0 GiB");
}

}  // namespace
}  // namespace mactiond::ctl
