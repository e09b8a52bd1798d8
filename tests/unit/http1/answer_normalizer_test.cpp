#include "http1/answer_normalizer.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace mactiond::net {
namespace {

constexpr std::size_t kHeaderBytes = 4096;

struct Outcome {
  std::string text;  ///< or the error's name
  bool two_lengths = false;
  bool operator==(const Outcome&) const = default;
};

Outcome normalized(const std::vector<std::string_view>& pieces, bool bodiless = false) {
  AnswerNormalizer normalizer(kHeaderBytes, bodiless);
  Outcome outcome;
  for (const std::string_view piece : pieces) {
    const auto pushed = normalizer.push(piece, outcome.text);
    if (pushed) continue;
    outcome.text = to_string(static_cast<Errc>(pushed.error().code.value()));
    return outcome;
  }
  outcome.two_lengths = normalizer.had_two_lengths();
  return outcome;
}

/// Checks it whole and in two pieces cut at every place.
Outcome normalize(std::string_view text, bool bodiless = false) {
  Outcome whole = normalized({text}, bodiless);
  for (std::size_t at = 0; at <= text.size(); ++at) {
    EXPECT_EQ(normalized({text.substr(0, at), text.substr(at)}, bodiless), whole)
        << text << " cut at " << at;
  }
  std::vector<std::string_view> bytes;
  for (std::size_t i = 0; i < text.size(); ++i) bytes.push_back(text.substr(i, 1));
  EXPECT_EQ(normalized(bytes, bodiless), whole) << text;
  return whole;
}

std::string text_of(std::string_view text) { return normalize(text).text; }

TEST(AnswerNormalizer, LeavesTheUsualFormAsItIs) {
  for (const std::string_view text :
       {"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nX-A: 1\r\n\r\nbody",
        "HTTP/1.1 200 \r\nX-Fold: a\r\n b\r\n\r\nuntil the end\nof it\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 204 No Content\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhe\nlo\r\n1\r\n\n\r\n0\r\n"
        "X-T: 1\r\n\r\nrest\n"}) {
    EXPECT_EQ(normalize(text), (Outcome{std::string(text), false}));
  }
}

TEST(AnswerNormalizer, AddsTheBlankAfterACodeWithoutAReason) {
  EXPECT_EQ(text_of("HTTP/1.1 200\r\n\r\n"), "HTTP/1.1 200 \r\n\r\n");
  EXPECT_EQ(text_of("HTTP/1.0 404\nA: b\n\n"), "HTTP/1.0 404 \r\nA: b\r\n\r\n");
  EXPECT_EQ(text_of("HTTP/1.1 100\n\nHTTP/1.1 200\n\n"),
            "HTTP/1.1 100 \r\n\r\nHTTP/1.1 200 \r\n\r\n");
}

TEST(AnswerNormalizer, TakesATabBehindTheCodeForTheBlank) {
  EXPECT_EQ(text_of("HTTP/1.1 200\t\r\n\r\n"), "HTTP/1.1 200 \r\n\r\n");
  EXPECT_EQ(text_of("HTTP/1.1 200\tOK\n\n"), "HTTP/1.1 200 OK\r\n\r\n");
  EXPECT_EQ(text_of("HTTP/1.1 503\t \tBusy\r\n\r\n"), "HTTP/1.1 503  \tBusy\r\n\r\n");
}

TEST(AnswerNormalizer, AddsNoBlankToWhatIsNoCode) {
  for (const std::string_view line :
       {"HTTP/1.1 20", "HTTP/1.1 2000", "HTTP/1.1 20x", "HTTP/1.1  20", "HTTP/1.1\t200",
        "HTTP/1.1 200OK", "HTTP/1.1 20\t", "HTTP/1.1 200\v"}) {
    const std::string text = std::string(line) + "\r\n\r\n";
    EXPECT_EQ(text_of(text), text);
  }
}

TEST(AnswerNormalizer, EndsHeaderLinesWithCrLf) {
  EXPECT_EQ(text_of("HTTP/1.1 200 OK\nA: b\nC: d\r\n e\n\nbo\ndy\n"),
            "HTTP/1.1 200 OK\r\nA: b\r\nC: d\r\n e\r\n\r\nbo\ndy\n");
  EXPECT_EQ(text_of("HTTP/1.1 200 OK\r\nA: b\r\n\nx"), "HTTP/1.1 200 OK\r\nA: b\r\n\r\nx");
  EXPECT_EQ(text_of("HTTP/1.1 200 OK\nA: b\n\r\nx"), "HTTP/1.1 200 OK\r\nA: b\r\n\r\nx");
}

TEST(AnswerNormalizer, EndsChunkLinesAndTrailersWithCrLfButTouchesNoData) {
  const std::string head = "HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n";
  const std::string wanted = head + "4;x=y\r\na\n\nb\r\n1\r\n\n\r\n0\r\nT: 1\r\n\r\nre\nst";
  EXPECT_EQ(text_of(head + "4;x=y\na\n\nb\n1\n\n\n0\nT: 1\n\nre\nst"), wanted);
  EXPECT_EQ(text_of(head + "4;x=y\r\na\n\nb\n1\r\n\n\r\n0\nT: 1\r\n\nre\nst"), wanted);
}

TEST(AnswerNormalizer, DropsBlanksBehindTheSizeOfAChunk) {
  const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(text_of(head + "5  \r\n a \n \r\n1\t\n \n0 \t\r\n\r\nrest  \r\n"),
            head + "5\r\n a \n \r\n1\r\n \r\n0\r\n\r\nrest  \r\n");
  EXPECT_EQ(text_of(head + "1 ; a = \"b \" \t\r\nx\r\n0 \n\n"),
            head + "1 ; a = \"b \"\r\nx\r\n0\r\n\r\n");
}

TEST(AnswerNormalizer, KeepsBlanksThatAreNoPadding) {
  const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::string flood(1000, ' ');
  for (const std::string& body :
       {std::string(" 1\r\nx\r\n0\r\n\r\n"), std::string(" \r\n1\r\n"),
        std::string("1 2\r\nx\r\n0\r\n\r\n"), '1' + flood + "\r\nx\r\n0\r\n\r\n",
        std::string("1\r\nx\r\n0\r\nT: 1 \r\n\r\n")}) {
    // Some blanks of the flood reach the parser, which refuses any.
    const std::string text = text_of(head + body);
    if (body.size() < flood.size()) {
      EXPECT_EQ(text, head + body);
    } else {
      EXPECT_EQ(text.substr(head.size(), 2), "1 ");
    }
  }
}

TEST(AnswerNormalizer, LeavesOutALengthBesideChunked) {
  const std::string wanted =
      "HTTP/1.1 200 OK\r\nA: b\r\nTransfer-Encoding: chunked\r\nC: d\r\n\r\n0\r\n\r\n";
  for (const std::string_view length :
       {"Content-Length: 7\r\n", "content-length:0\n",
        "Content-Length: 5, 5\r\nContent-Length: 5\r\n", "Content-Length: 1\r\nContent-Length: 2\n",
        "Content-Length: 1, 2\r\n"}) {
    const std::string first = "HTTP/1.1 200 OK\r\nA: b\r\n" + std::string(length) +
                              "Transfer-Encoding: chunked\r\nC: d\r\n\r\n0\r\n\r\n";
    EXPECT_EQ(normalize(first), (Outcome{wanted, true})) << length;
    const std::string last = "HTTP/1.1 200 OK\r\nA: b\r\nTransfer-Encoding: chunked\r\nC: d\r\n" +
                             std::string(length) + "\r\n0\r\n\r\n";
    EXPECT_EQ(normalize(last), (Outcome{wanted, true})) << length;
  }
}

TEST(AnswerNormalizer, LeavesLengthsThatNobodyCanTrustInPlace) {
  for (const std::string_view fields :
       {"Content-Length: 1\r\nContent-Length: 2\r\n", "Content-Length: 1, 2\r\n",
        "Content-Length: 1, x\r\nTransfer-Encoding: chunked\r\n",
        "Content-Length: 1\r\nContent-Length: x\r\nTransfer-Encoding: chunked\r\n",
        "Content-Length: -1\r\nTransfer-Encoding: chunked\r\n",
        "Content-Length: \r\nTransfer-Encoding: chunked\r\n",
        "Content-Length: 1\r\n 2\r\nTransfer-Encoding: chunked\r\n",
        "Content-Length: 99999999999999999999999\r\nTransfer-Encoding: chunked\r\n",
        "Content-Length: 1\r\nTransfer-Encoding: gzip, chunked\r\n",
        "Content-Length: 1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "Content-Length : 1\r\nTransfer-Encoding: chunked\r\n", "Content-Length: 1\r\n"}) {
    const std::string text = "HTTP/1.1 200 OK\r\n" + std::string(fields) + "\r\n";
    EXPECT_EQ(normalize(text), (Outcome{text, false}));
  }
  const std::string old =
      "HTTP/1.0 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(normalize(old), (Outcome{old, false}));
}

TEST(AnswerNormalizer, FollowsNoChunksWhereThereIsNoBody) {
  const std::string fields = "Transfer-Encoding: chunked\r\n\r\n1\nx\n";
  EXPECT_EQ(text_of("HTTP/1.1 204 No\r\n" + fields), "HTTP/1.1 204 No\r\n" + fields);
  EXPECT_EQ(text_of("HTTP/1.1 304 No\r\n" + fields), "HTTP/1.1 304 No\r\n" + fields);
  EXPECT_EQ(normalize("HTTP/1.1 200 OK\r\n" + fields, true).text, "HTTP/1.1 200 OK\r\n" + fields);
}

TEST(AnswerNormalizer, RepairsNoBrokenChunks) {
  const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const std::string_view body :
       {"zz\r\nx\n0\n\n", "1\r\nxy\r\n0\n\n", ";a\r\n0\n\n", "\r\n0\n\n"}) {
    const std::string text = head + std::string(body);
    EXPECT_EQ(text_of(text), text);
  }
}

TEST(AnswerNormalizer, RefusesAtTheFirstByteWhatIsNotHttp) {
  for (const std::string_view text : {"S", "\r\n", "HTTP/2", "http/1.1", "\x15\x03\x01"}) {
    EXPECT_EQ(text_of(text), to_string(Errc::MalformedHttp));
  }
}

TEST(AnswerNormalizer, CountsTheHeaderAsItCame) {
  const std::string start = "HTTP/1.1 200\nX: ";
  const std::string value(kHeaderBytes - start.size() - 2, 'x');
  EXPECT_EQ(text_of(start + value + "\n\n"), "HTTP/1.1 200 \r\nX: " + value + "\r\n\r\n");
  EXPECT_EQ(normalized({start + value + "x\n\n"}).text, to_string(Errc::HeaderTooLarge));
  std::string flood;
  while (flood.size() <= kHeaderBytes) flood += "HTTP/1.1 100\n\n";
  EXPECT_EQ(normalized({flood}).text, to_string(Errc::HeaderTooLarge));
}

}  // namespace
}  // namespace mactiond::net
