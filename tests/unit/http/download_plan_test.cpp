#include "http/download_plan.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace mactiond::http {
namespace {

using namespace std::chrono_literals;
using Next = DownloadPlan::Next;

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20U;

class Download : public testing::Test {
 protected:
  Next head(int status, std::vector<Header> headers = {}) {
    return plan_.on_head({status, std::move(headers), ""}, WallTime{});
  }
  /// The whole file of ten bytes.
  Next whole() { return head(200, {{"ETag", "\"a\""}, {"Content-Length", "10"}}); }
  Next part(const std::string& range, std::vector<Header> more = {{"ETag", "\"a\""}}) {
    more.push_back({"Content-Range", range});
    return head(206, std::move(more));
  }
  Next piece(std::string bytes) {
    const Next next = plan_.on_piece(bytes);
    file_ += bytes;
    return next;
  }
  /// Ten bytes were announced, and four of them came.
  void break_after_four() {
    EXPECT_EQ(whole(), Next::Read);
    EXPECT_EQ(piece("0123"), Next::Read);
    EXPECT_EQ(plan_.on_break("cut"), Next::Again);
  }
  std::string asked() {
    std::string text;
    for (const auto& [name, value] : plan_.headers()) text += name + ": " + value + '\n';
    return text;
  }

  DownloadPlan plan_{{10 * kMiB, 3, 1s}};
  std::string file_;
};

TEST_F(Download, IsWholeAfterOneAnswer) {
  EXPECT_EQ(asked(), "");
  EXPECT_EQ(whole(), Next::Read);
  EXPECT_EQ(plan_.size(), 10U);
  EXPECT_EQ(piece("01234"), Next::Read);
  EXPECT_EQ(piece("56789"), Next::Read);
  EXPECT_EQ(plan_.on_end(), Next::Whole);
}

TEST_F(Download, IsWholeAtTheEndOfAnAnswerWithoutALength) {
  EXPECT_EQ(head(200), Next::Read);
  EXPECT_FALSE(plan_.size());
  EXPECT_EQ(piece("0123"), Next::Read);
  EXPECT_EQ(plan_.on_end(), Next::Whole);
}

TEST_F(Download, ResumesBehindWhatCame) {
  break_after_four();
  EXPECT_EQ(asked(), "Range: bytes=4-\nIf-Range: \"a\"\n");
  EXPECT_EQ(part("bytes 4-9/10"), Next::Read);
  EXPECT_EQ(piece("456789"), Next::Read);
  EXPECT_EQ(plan_.on_end(), Next::Whole);
  EXPECT_EQ(file_, "0123456789");
}

TEST_F(Download, StartsOverOnlyWhileNothingCame) {
  EXPECT_EQ(head(200, {{"Content-Length", "10"}}), Next::Read);
  EXPECT_EQ(plan_.on_break("cut"), Next::Again);
  EXPECT_EQ(asked(), "");
  EXPECT_EQ(head(200, {{"Content-Length", "10"}}), Next::Read);
  EXPECT_EQ(piece("0123456789"), Next::Read);
  EXPECT_EQ(plan_.on_end(), Next::Whole);
}

TEST_F(Download, KeepsTheSizeThatItHasShown) {
  for (const std::vector<Header>& other :
       {std::vector<Header>{{"Content-Length", "20"}}, std::vector<Header>{}}) {
    plan_ = DownloadPlan({kMiB, 3, 1s});
    EXPECT_EQ(head(200, {{"Content-Length", "10"}}), Next::Read);
    EXPECT_EQ(plan_.on_break("cut"), Next::Again);
    EXPECT_EQ(head(200, other), Next::Failed);
    EXPECT_NE(plan_.failure().find("changed on the server"), std::string::npos);
  }
}

TEST_F(Download, TakesNoPartOfAFileThatIsNotNamed) {
  break_after_four();
  EXPECT_EQ(part("bytes 4-9/10", {}), Next::Failed);
  EXPECT_NE(plan_.failure().find("changed on the server"), std::string::npos);
}

TEST_F(Download, SkipsWhatCameWhereTheServerStartsOver) {
  break_after_four();
  EXPECT_EQ(whole(), Next::Read);
  EXPECT_EQ(piece("012"), Next::Read);
  EXPECT_EQ(piece("345"), Next::Read);
  EXPECT_EQ(piece("6789"), Next::Read);
  EXPECT_EQ(plan_.on_end(), Next::Whole);
  EXPECT_EQ(file_, "0123456789");
}

TEST_F(Download, EndsWhereAnotherFileComesInItsPlace) {
  const std::vector<std::vector<Header>> others = {
      {{"ETag", "\"b\""}, {"Content-Length", "10"}},
      {{"ETag", "W/\"a\""}, {"Content-Length", "10"}},
      {{"ETag", "\"a\""}, {"Content-Length", "11"}},
      {{"Content-Length", "10"}},
  };
  for (const auto& other : others) {
    plan_ = DownloadPlan({kMiB, 3, 1s});
    break_after_four();
    EXPECT_EQ(head(200, other), Next::Failed);
    EXPECT_NE(plan_.failure().find("changed on the server"), std::string::npos);
  }
  for (const auto& [range, tag] : std::vector<std::pair<std::string, std::string>>{
           {"bytes 4-9/10", "\"b\""}, {"bytes 4-9/10", "W/\"a\""}, {"bytes 4-10/11", "\"a\""}}) {
    plan_ = DownloadPlan({kMiB, 3, 1s});
    break_after_four();
    EXPECT_EQ(part(range, {{"ETag", tag}}), Next::Failed) << range << tag;
    EXPECT_NE(plan_.failure().find("changed on the server"), std::string::npos);
  }
}

TEST_F(Download, TakesNoOtherPartThanTheOneAskedFor) {
  for (const char* range :
       {"bytes 0-9/10", "bytes 5-9/10", "bytes 3-9/10", "bytes 4-10/10", "bytes 4-3/10", "bytes 4-",
        "bytes */10", "bytes 4-9", "lines 4-9/10", "", "bytes 4-9x/10", "bytes -4-9/10"}) {
    plan_ = DownloadPlan({kMiB, 3, 1s});
    break_after_four();
    EXPECT_EQ(part(range), Next::Failed) << range;
    EXPECT_NE(plan_.failure().find("another part"), std::string::npos) << plan_.failure();
  }
}

TEST_F(Download, TakesNoPartWhereTheWholeWasAskedFor) {
  EXPECT_EQ(part("bytes 0-9/10"), Next::Failed);
  EXPECT_NE(plan_.failure().find("the whole was asked for"), std::string::npos);
}

TEST_F(Download, AsksAgainAfterAPartThatIsShorter) {
  break_after_four();
  EXPECT_EQ(part("bytes 4-6/10"), Next::Read);
  EXPECT_EQ(piece("456"), Next::Read);
  EXPECT_EQ(plan_.on_end(), Next::Again);
  EXPECT_EQ(asked(), "Range: bytes=7-\nIf-Range: \"a\"\n");
  EXPECT_EQ(part("bytes 7-9/10"), Next::Read);
  EXPECT_EQ(piece("7"), Next::Read);
  EXPECT_EQ(plan_.on_end(), Next::Again) << "it ended before the part did";
}

TEST_F(Download, IsWholeWhereNothingIsLeftToSend) {
  EXPECT_EQ(head(200, {{"ETag", "\"a\""}}), Next::Read);
  EXPECT_EQ(piece("0123"), Next::Read);
  EXPECT_EQ(plan_.on_break("cut"), Next::Again);
  EXPECT_EQ(head(416, {{"Content-Range", "bytes */4"}}), Next::Whole);
  EXPECT_EQ(head(416, {{"Content-Range", "bytes */5"}}), Next::Failed);
  EXPECT_EQ(head(416), Next::Failed);
}

TEST_F(Download, LearnsTheSizeFromAPart) {
  EXPECT_EQ(head(200, {{"ETag", "\"a\""}}), Next::Read);
  EXPECT_EQ(piece("0123"), Next::Read);
  EXPECT_EQ(plan_.on_break("cut"), Next::Again);
  EXPECT_EQ(part("bytes 4-5/*"), Next::Failed) << "whether more follows would never be known";
  EXPECT_EQ(part("bytes 4-5/6"), Next::Read);
  EXPECT_EQ(piece("45"), Next::Read);
  EXPECT_EQ(plan_.on_end(), Next::Whole);
  EXPECT_EQ(plan_.size(), 6U);
}

TEST_F(Download, EndsWhereItCannotBeResumed) {
  for (const char* tag : {"", "W/\"a\"", "a", "\""}) {
    plan_ = DownloadPlan({kMiB, 3, 1s});
    EXPECT_EQ(head(200, {{"ETag", tag}, {"Content-Length", "10"}}), Next::Read);
    EXPECT_EQ(piece("0123"), Next::Read);
    EXPECT_EQ(plan_.on_break("cut"), Next::Failed) << tag;
    EXPECT_EQ(plan_.failure(),
              "the download broke off (cut) and the server cannot resume it; run the "
              "command again");
  }
}

TEST_F(Download, BreaksOffSoManyTimesAtMost) {
  EXPECT_EQ(whole(), Next::Read);
  EXPECT_EQ(piece("0123"), Next::Read);
  for (const Duration pause : {1s, 2s, 4s}) {
    EXPECT_EQ(plan_.on_break("cut"), Next::Again);
    EXPECT_EQ(plan_.pause(), pause);
  }
  EXPECT_EQ(plan_.on_break("reset"), Next::Failed);
  EXPECT_EQ(plan_.failure(), "the download broke off 4 times, the last time: reset");
}

TEST_F(Download, PausesEightTimesAsLongAtMost) {
  plan_ = DownloadPlan({kMiB, 100, 1s});
  EXPECT_EQ(whole(), Next::Read);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(plan_.on_break("cut"), Next::Again);
  EXPECT_EQ(plan_.pause(), 8s);
}

TEST_F(Download, IsNeverLargerThanTheLimit) {
  plan_ = DownloadPlan({5, 3, 1s});
  EXPECT_EQ(head(200, {{"Content-Length", "6"}}), Next::Failed);
  EXPECT_EQ(plan_.failure(), "the file is larger than 5 B");
  plan_ = DownloadPlan({5, 3, 1s});
  EXPECT_EQ(head(200), Next::Read);
  EXPECT_EQ(piece("01234"), Next::Read);
  EXPECT_EQ(piece("5"), Next::Failed);
  plan_ = DownloadPlan({5, 3, 1s});
  EXPECT_EQ(head(200, {{"ETag", "\"a\""}}), Next::Read);
  EXPECT_EQ(piece("0"), Next::Read);
  EXPECT_EQ(plan_.on_break("cut"), Next::Again);
  EXPECT_EQ(part("bytes 1-5/6"), Next::Failed);
  EXPECT_EQ(head(200, {{"Content-Length", "99999999999999999999"}}), Next::Failed) << "no number";
  plan_ = DownloadPlan({});
  EXPECT_EQ(head(200, {{"Content-Length", "4294967297"}}), Next::Failed);
  EXPECT_EQ(plan_.failure(), "the file is larger than 4 GiB");
}

TEST_F(Download, TakesNoMoreThanWasAnnounced) {
  break_after_four();
  EXPECT_EQ(part("bytes 4-6/10"), Next::Read);
  EXPECT_EQ(piece("4567"), Next::Failed);
  EXPECT_EQ(plan_.failure(), "the server sent more than it announced");
}

TEST_F(Download, TakesNoEncodingThatWasNotAskedFor) {
  EXPECT_EQ(head(200, {{"Content-Encoding", "gzip"}}), Next::Failed);
  EXPECT_NE(plan_.failure().find("encoding"), std::string::npos);
  EXPECT_EQ(head(200, {{"Content-Encoding", "Identity"}}), Next::Read);
}

TEST_F(Download, SaysWhatIsWrongWithAnAnswer) {
  const std::vector<std::pair<int, std::string>> rows = {
      {204, "the server does not send the file (HTTP 204)"},
      {302, "the server redirects (HTTP 302), which is not followed"},
      {308, "the server redirects (HTTP 308), which is not followed"},
      {400, "the server does not send the file (HTTP 400)"},
      {401, "the server refuses the link (HTTP 401): it may have expired; run the command again"},
      {403, "the server refuses the link (HTTP 403): it may have expired; run the command again"},
      {404, "the server does not have the file any more (HTTP 404)"},
      {410, "the server does not have the file any more (HTTP 410)"},
      {416, "the server does not send the file (HTTP 416)"},
  };
  for (const auto& [status, sentence] : rows) {
    plan_ = DownloadPlan({kMiB, 3, 1s});
    EXPECT_EQ(head(status), Next::Failed) << status;
    EXPECT_EQ(plan_.failure(), sentence);
  }
}

TEST_F(Download, AsksABusyServerAgain) {
  for (const int status : {408, 429, 500, 502, 503, 504}) {
    plan_ = DownloadPlan({kMiB, 3, 1s});
    EXPECT_EQ(head(status), Next::Again) << status;
  }
  EXPECT_EQ(head(503, {{"Retry-After", "30"}}), Next::Again);
  EXPECT_EQ(plan_.pause(), 30s);
  EXPECT_EQ(head(503, {{"Retry-After", "31"}}), Next::Failed);
  EXPECT_EQ(plan_.failure(), "the server is busy (HTTP 503); try again in 31 s");
  EXPECT_EQ(whole(), Next::Read);
  EXPECT_EQ(plan_.on_break("cut"), Next::Again);
  EXPECT_LT(plan_.pause(), 30s) << "of another answer";
}

}  // namespace
}  // namespace mactiond::http
