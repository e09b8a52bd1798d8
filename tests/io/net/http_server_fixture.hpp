#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <memory>
#include <string>

#include "io/net/loop.hpp"
#include "io/net/serving.hpp"
#include "net/http_server.hpp"

namespace mactiond::test {

/// A directory for a server's socket, and a server that echoes.
class HttpServer : public testing::Test {
 protected:
  HttpServer() {
    std::array<char, 32> name{"/tmp/mactiond-server-XXXXXX"};
    directory_ = ::mkdtemp(name.data());
    path_ = directory_ + "/admin.sock";
  }
  ~HttpServer() override {
    ::unlink(path_.c_str());
    ::rmdir(directory_.c_str());
  }
  Result<std::unique_ptr<net::HttpServer>> listen(const std::string& path) {
    return net::HttpServer::listen_unix(loop_.context.get_executor(), path, 0660, echo);
  }

  Loop loop_;
  std::string directory_;
  std::string path_;
};

}  // namespace mactiond::test
