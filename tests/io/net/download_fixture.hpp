#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/system_clock.hpp"
#include "io/net/client_fixture.hpp"
#include "net/download.hpp"

namespace mactiond::test {

/// All of a download, or why there is nothing.
inline Task<std::string> fetch_all(net::Download& download) {
  const auto begun = co_await download.begin();
  if (!begun && begun.error().code == Errc::Cancelled) co_return "cancelled";
  if (!begun) co_return "refused: " + download.failure();
  std::string all;
  for (;;) {
    auto piece = co_await download.next();
    if (!piece && piece.error().code == Errc::Cancelled) co_return "cancelled after " + all;
    if (!piece) co_return "after " + all + ": " + download.failure();
    if (piece->empty()) co_return "whole: " + all;
    all += *piece;
  }
}

/// Downloads from servers that follow a script, one for each connection.
class DownloadTest : public testing::Test {
 protected:
  using Script = std::vector<std::string>;

  DownloadTest() {
    limits_.plan.breaks = 3;
    limits_.plan.pause = std::chrono::milliseconds(1);
    use({});
  }
  void use(net::ClientOptions options) {
    options.ca_file = authority().file();
    client_ = std::move(*net::make_client(loop_.context.get_executor(), clock_, options));
  }

  /// The server sends the answer of the connection's number, and closes in order then.
  std::unique_ptr<ScriptedServer> server_of(Script answers) {
    return std::make_unique<ScriptedServer>(
        [this, answers = std::move(answers)](Peer& peer) {
          const std::string request = peer.read_request();
          {
            const std::lock_guard lock(mutex_);
            requests_.push_back(request);
          }
          const auto number = static_cast<std::size_t>(peer.number());
          if (number >= answers.size()) return;
          peer.send(answers[number]);
          peer.close();
        },
        localhost());
  }
  std::unique_ptr<net::Download> download_from(const ScriptedServer& server) {
    http::Url url{"https", "127.0.0.1", server.port(), "/file?sig=s3cret"};
    return std::make_unique<net::Download>(client_, std::move(url), clock_, limits_);
  }
  std::string fetch(const ScriptedServer& server) {
    const auto download = download_from(server);
    return loop_.run(fetch_all(*download));
  }
  std::string fetch(Script answers) {
    const auto server = server_of(std::move(answers));
    std::string ending = fetch(*server);
    connections_ = server->connections();
    return ending;
  }

  Loop loop_;
  SystemClock clock_;
  std::shared_ptr<http::Client> client_;
  net::DownloadLimits limits_;
  int connections_ = 0;
  std::mutex mutex_;
  std::vector<std::string> requests_;
};

}  // namespace mactiond::test
