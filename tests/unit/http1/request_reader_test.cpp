#include "http1/request_reader.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/random.hpp"

namespace mactiond::net {
namespace {

// Gives text byte by byte until a request is complete or refused; what was used is cut off.
Result<Incoming> read(RequestReader& reader, std::string_view& text) {
  for (;;) {
    const auto done = reader.run();
    if (!done) return done.error();
    if (*done) return reader.take();
    if (text.empty()) return Error(Errc::ConnectionLost, "");
    const auto room = reader.prepare();
    std::memcpy(room.data(), text.data(), 1);
    text.remove_prefix(1);
    reader.commit(1);
  }
}

constexpr std::size_t kBodyMax = std::size_t{2} * 1024 * 1024;

std::string refused(std::string text, std::size_t body_max = kBodyMax) {
  RequestReader reader(body_max);
  std::string_view rest = text;
  const auto result = read(reader, rest);
  return result ? "accepted" : result.error().message();
}

TEST(RequestReader, ReadsRequestsOneAfterTheOther) {
  const std::string text =
      "GET /v1/status?x=1 HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer t\r\n\r\n"
      "POST /v1/reload HTTP/1.0\r\nContent-Length: 2\r\n\r\n{}"
      "PUT /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
  std::string_view rest = text;
  RequestReader reader(kBodyMax);
  EXPECT_FALSE(reader.is_started());
  const auto first = read(reader, rest);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->request.method, "GET");
  EXPECT_EQ(first->request.url.target, "/v1/status?x=1");
  EXPECT_EQ(first->request.headers, (std::vector<http::Header>{{"Host", "h"}}));
  EXPECT_EQ(first->request.authorization, Secret("Bearer t"));
  EXPECT_TRUE(first->keep_alive);
  const auto second = read(reader, rest);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->request.method, "POST");
  EXPECT_EQ(second->request.body, "{}");
  EXPECT_FALSE(second->keep_alive);
  const auto third = read(reader, rest);
  ASSERT_TRUE(third);
  EXPECT_EQ(third->request.method, "PUT");
}

TEST(RequestReader, RefusesWhatIsNoRequestToUs) {
  for (const char* text :
       {"hello\r\n\r\n", "GET / HTTP/3.0\r\n\r\n", "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /\r\n\r\n", "GET / HTTP/1.1\r\nHost: h\r\nbad\r\n\r\n",
        "GET ftp://h/ HTTP/1.1\r\nHost: h\r\n\r\n", "GET http:///a HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET http://h?a HTTP/1.1\r\nHost: h\r\n\r\n", "GET h:80 HTTP/1.1\r\nHost: h\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n"}) {
    EXPECT_NE(refused(text).find(to_string(Errc::MalformedHttp)), std::string::npos) << text;
  }
}

TEST(RequestReader, WantsOneHostInHttp11) {
  for (const char* text : {"GET / HTTP/1.1\r\n\r\n", "GET http://h/ HTTP/1.1\r\n\r\n",
                           "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
                           "GET / HTTP/1.1\r\nhost: a\r\nX: y\r\nHOST: b\r\n\r\n",
                           "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n"}) {
    EXPECT_NE(refused(text).find(to_string(Errc::MalformedHttp)), std::string::npos) << text;
  }
  EXPECT_EQ(refused("GET / HTTP/1.0\r\n\r\n"), "accepted");
  EXPECT_EQ(refused("GET / HTTP/1.1\r\nHost:\r\n\r\n"), "accepted");
}

TEST(RequestReader, ATrailerIsNoPartOfTheHeader) {
  const std::string body = "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n";
  const std::string late = body + "Host: b\r\nAuthorization: Bearer t\r\nX: y\r\n\r\n";
  EXPECT_NE(refused("POST / HTTP/1.1\r\n" + late).find(to_string(Errc::MalformedHttp)),
            std::string::npos);
  const std::string text = "POST / HTTP/1.1\r\nHost: a\r\n" + late;
  std::string_view rest = text;
  RequestReader reader(kBodyMax);
  const auto incoming = read(reader, rest);
  ASSERT_TRUE(incoming);
  EXPECT_EQ(incoming->request.body, "{}");
  EXPECT_EQ(incoming->request.headers,
            (std::vector<http::Header>{{"Host", "a"}, {"Transfer-Encoding", "chunked"}}));
  EXPECT_TRUE(incoming->request.authorization.empty());
}

TEST(RequestReader, KnowsWhatTheClientExpects) {
  using Expectation = RequestReader::Expectation;
  const auto expected = [](const std::string& version, const std::string& fields) {
    std::string text = "POST / HTTP/" + version + "\r\nHost: h\r\nContent-Length: 2\r\n" + fields;
    text += "\r\n";
    std::string_view rest = text;
    RequestReader reader(kBodyMax);
    EXPECT_FALSE(read(reader, rest));
    return reader.expectation();
  };
  EXPECT_EQ(expected("1.1", ""), Expectation::None);
  EXPECT_EQ(expected("1.1", "Expect: 100-Continue\r\n"), Expectation::Continue);
  EXPECT_EQ(expected("1.1", "Expect: more\r\n"), Expectation::Unknown);
  EXPECT_EQ(expected("1.0", "Expect: 100-continue\r\n"), Expectation::None);
}

TEST(RequestReader, TakesAnAbsoluteTarget) {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"http://a.example/livez?verbose", "/livez?verbose"},
      {"HTTP://a.example", "/"},
      {"https://a.example/", "/"}};
  for (const auto& [target, path] : rows) {
    for (const char* host : {"Host: other\r\n", ""}) {
      const std::string version = *host == '\0' ? "1.0" : "1.1";
      const std::string text = "GET " + target + " HTTP/" + version + "\r\n" + host + "\r\n";
      std::string_view rest = text;
      RequestReader reader(0);
      const auto incoming = read(reader, rest);
      ASSERT_TRUE(incoming) << text;
      EXPECT_EQ(incoming->request.url.target, path);
      EXPECT_EQ(incoming->request.headers, (std::vector<http::Header>{{"Host", "a.example"}}));
    }
  }
}

TEST(RequestReader, TakesNoBodyWhereNoneIsWanted) {
  const std::string head = "POST / HTTP/1.1\r\nHost: h\r\n";
  EXPECT_EQ(refused(head + "Content-Length: 0\r\n\r\n", 0), "accepted");
  EXPECT_EQ(refused(head + "Content-Length: 1\r\n\r\nx", 0), to_string(Errc::BodyTooLarge));
  EXPECT_EQ(refused(head + "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n", 0),
            to_string(Errc::BodyTooLarge));
}

TEST(RequestReader, BoundsHeaderAndBody) {
  EXPECT_EQ(refused("GET / HTTP/1.1\r\nX: " + std::string(17'000, 'x') + "\r\n\r\n"),
            to_string(Errc::HeaderTooLarge));
  EXPECT_EQ(refused("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2097153\r\n\r\n"),
            to_string(Errc::BodyTooLarge));
  EXPECT_EQ(refused("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n200001\r\n"),
            to_string(Errc::BodyTooLarge));
  std::string many = "GET / HTTP/1.1\r\n";
  while (many.size() < 20'000) many += "A: b\r\n";
  EXPECT_EQ(refused(many), to_string(Errc::HeaderTooLarge));
}

TEST(RequestReader, SurvivesGarbage) {
  const std::string sample =
      "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nX: "
      "y\r\n\r\n2;e\r\nhi\r\n0\r\nT: "
      "1\r\n\r\n";
  Random random(9);
  int accepted = 0;
  for (int i = 0; i < 3'000; ++i) {
    std::string text = sample;
    for (std::uint64_t edits = random.below(3); edits > 0; --edits) {
      text[random.below(text.size())] = static_cast<char>(random.next());
    }
    if (refused(text) == "accepted") ++accepted;
  }
  EXPECT_GT(accepted, 300);
  EXPECT_LT(accepted, 3'000);
}

}  // namespace
}  // namespace mactiond::net
