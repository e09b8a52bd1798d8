#include "http1/response_reader.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/random.hpp"

namespace mactiond::net {
namespace {

constexpr ResponseReader::Limits kLimits{4096, 65536, false};

// How much is given at a time.
using Steps = std::function<std::size_t()>;

Result<http::Response> read(std::string_view bytes, const Steps& steps,
                            ResponseReader::Limits limits = kLimits) {
  ResponseReader reader(limits);
  while (!bytes.empty()) {
    const auto room = reader.prepare();
    const std::size_t size = std::min({steps(), bytes.size(), room.size()});
    std::memcpy(room.data(), bytes.data(), size);
    bytes.remove_prefix(size);
    const auto done = reader.commit(size);
    if (!done) return done.error();
    if (*done) return reader.take();
  }
  const auto ended = reader.end();
  if (!ended) return ended.error();
  return reader.take();
}

Steps whole() {
  return [] { return std::size_t{1'000'000}; };
}
Steps single() {
  return [] { return std::size_t{1}; };
}

std::string ending(const Result<http::Response>& result) {
  if (!result) return std::string(to_string(static_cast<Errc>(result.error().code.value())));
  std::string text = std::to_string(result->status) + ' ' + result->body;
  for (const auto& [name, value] : result->headers) text += '|' + name + '=' + value;
  return text;
}

const std::vector<std::string>& samples() {
  static const std::vector<std::string> all = {
      "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nX-A: 1\r\n\r\nbody",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-T: 1\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n1\r\n!\r\n0\r\n\r\n",
      "HTTP/1.1 200 OK\r\n\r\nuntil the end",
      "HTTP/1.0 200 \r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n",
      "HTTP/1.1 204 No Content\r\n\r\n",
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 P\r\nX: y\r\n\r\nHTTP/1.1 200 OK\r\n"
      "Content-Length: 2\r\n\r\nok",
      "HTTP/1.1 200 OK\r\nX-Fold: a\r\n b\r\nContent-Length: 0\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
      "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok",
      "HTTP/1.1 100\n\nHTTP/1.1 201\nX-A: 1\r\nContent-Length: 3\n\na\nb",
      "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n2\nok\n1;x\r\n!\n0\nX-T: 1\n\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n"
      "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "HTTP/1.1 200\t\r\nTransfer-Encoding: chunked\r\n\r\n2  \r\nok\r\n1\t \n!\r\n0 \r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n 2\r\nok\r\n0\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2" + std::string(1000, ' ') +
          "\r\nok\r\n0\r\n\r\n",
  };
  return all;
}

TEST(ResponseReader, DependsNotOnHowTheBytesArrive) {
  Random random(11);
  const Steps few = [&random] { return std::size_t{random.below(7) + 1}; };
  for (const auto& text : samples()) {
    SCOPED_TRACE(text);
    const std::string expected = ending(read(text, whole()));
    EXPECT_EQ(ending(read(text, single())), expected);
    for (int i = 0; i < 200; ++i) EXPECT_EQ(ending(read(text, few)), expected);
  }
}

TEST(ResponseReader, ReadsWhatTheSamplesSay) {
  const std::vector<std::string> expected = {
      "200 body|Content-Length=4|X-A=1",
      "200 |Transfer-Encoding=chunked",
      "200 |Transfer-Encoding=chunked|X-T=1",
      "200 hello!|Transfer-Encoding=chunked",
      "200 until the end",
      "200 |Connection=keep-alive|Content-Length=0",
      "204 ",
      "200 ok|Content-Length=2",
      "200 |X-Fold=a b|Content-Length=0",
      "200 |Transfer-Encoding=chunked",
      ending(Error(Errc::MalformedHttp, "")),
      "200 ok|Content-Length=2",
      "201 a\nb|X-A=1|Content-Length=3",
      "200 ok!|Transfer-Encoding=chunked|X-T=1",
      "200 |Transfer-Encoding=chunked",
      "200 ok!|Transfer-Encoding=chunked",
      ending(Error(Errc::MalformedHttp, "")),
      ending(Error(Errc::MalformedHttp, "")),
  };
  ASSERT_EQ(samples().size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(ending(read(samples()[i], whole())), expected[i]);
  }
}

TEST(ResponseReader, NoticesEveryTruncation) {
  for (const auto& text : samples()) {
    // An answer without a length is complete at every end after its header.
    if (text.find("until the end") != std::string::npos) continue;
    SCOPED_TRACE(text);
    for (std::size_t size = 0; size < text.size(); ++size) {
      EXPECT_FALSE(read(std::string_view(text).substr(0, size), whole())) << size;
      EXPECT_FALSE(read(std::string_view(text).substr(0, size), single())) << size;
    }
  }
}

TEST(ResponseReader, BoundsAHeaderWhoseLinesComeOneByOne) {
  const std::string line = "X: 1234567890\r\n";
  std::string text = "HTTP/1.1 200 OK\r\n";
  while (text.size() < 20'000) text += line;
  text += "\r\n";
  // Each piece ends one byte into a line: the parser keeps less than it would count.
  std::size_t next = std::strlen("HTTP/1.1 200 OK\r\n") + 1;
  const Steps lines = [&] { return std::exchange(next, line.size()); };
  EXPECT_EQ(ending(read(text, lines)), ending(Error(Errc::HeaderTooLarge, "")));
}

TEST(ResponseReader, BoundsABareHeaderWhoseLinesComeOneByOne) {
  const std::string line = "X: 1234567890\n";
  std::string text = "HTTP/1.1 200\n";
  while (text.size() < 20'000) text += line;
  std::size_t next = std::strlen("HTTP/1.1 200\n") + 1;
  const Steps lines = [&] { return std::exchange(next, line.size()); };
  EXPECT_EQ(ending(read(text + "\n", lines)), ending(Error(Errc::HeaderTooLarge, "")));
}

TEST(ResponseReader, BoundsATrailer) {
  std::string text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n";
  while (text.size() < 40'000) text += "X: 1234567890\r\n";
  text += "\r\n";
  EXPECT_EQ(ending(read(text, single())), ending(Error(Errc::MalformedHttp, "")));
}

TEST(ResponseReader, AllowsAHeaderAndABodyOfExactlyTheLimits) {
  const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n";
  EXPECT_TRUE(read(head + "abc", single(), {head.size(), 3, false}));
  EXPECT_EQ(ending(read(head + "abc", single(), {head.size() - 1, 3, false})),
            ending(Error(Errc::HeaderTooLarge, "")));
  EXPECT_EQ(ending(read(head + "abc", single(), {head.size(), 2, false})),
            ending(Error(Errc::BodyTooLarge, "")));
}

TEST(ResponseReader, KnowsWhetherTheConnectionCanBeUsedAgain) {
  const auto reusable = [](std::string_view bytes) {
    ResponseReader reader(kLimits);
    const auto room = reader.prepare();
    std::memcpy(room.data(), bytes.data(), bytes.size());
    const auto done = reader.commit(bytes.size());
    return done && *done && reader.is_reusable();
  };
  EXPECT_TRUE(reusable("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
  EXPECT_TRUE(reusable("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n"));
  EXPECT_FALSE(reusable("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"));
  EXPECT_FALSE(reusable("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"));
  EXPECT_FALSE(reusable("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nmore"));
  const std::string chunked = "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
  EXPECT_TRUE(reusable("HTTP/1.1 200\n" + chunked));
  EXPECT_FALSE(reusable("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n" + chunked));
  EXPECT_FALSE(reusable("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n" + chunked));
  EXPECT_FALSE(reusable("HTTP/1.1 200 OK\r\n" + chunked + "\n"));
}

TEST(ResponseReader, SurvivesGarbage) {
  Random random(5);
  const Steps few = [&random] { return std::size_t{random.below(40) + 1}; };
  for (int i = 0; i < 6'000; ++i) {
    std::string text = samples()[random.below(samples().size())];
    for (std::uint64_t edits = random.below(4); edits > 0; --edits) {
      const std::size_t at = random.below(text.size());
      switch (random.below(3)) {
        case 0:
          text[at] = static_cast<char>(random.next());
          break;
        case 1:
          text.erase(at, random.below(4));
          break;
        default:
          text.insert(at, text.substr(random.below(text.size()), random.below(9)));
          break;
      }
      if (text.empty()) text = "x";
    }
    const auto result = read(text, few);
    EXPECT_TRUE(!result || result->body.size() <= kLimits.body_bytes);
  }
}

TEST(ResponseReader, TakesNoMemoryForABodyThatDidNotCome) {
  constexpr std::size_t kAny = std::numeric_limits<std::size_t>::max();
  ResponseReader reader({4096, kAny, false});
  const std::string bytes = "HTTP/1.1 200 OK\r\nContent-Length: 1000000000000000\r\n\r\nx";
  const auto room = reader.prepare();
  std::memcpy(room.data(), bytes.data(), bytes.size());
  const auto done = reader.commit(bytes.size());
  ASSERT_TRUE(done) << "and no exception";
  EXPECT_FALSE(*done);
  EXPECT_EQ(reader.drain(), "x");
}

}  // namespace
}  // namespace mactiond::net
