#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <exception>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "net/http_server.hpp"

namespace mactiond::test {

inline http::Response echo(const http::Request& request) {
  http::Response response;
  response.status = request.url.target == "/missing" ? 404 : 200;
  response.headers.push_back({"Content-Type", "text/plain"});
  response.body = request.method + ' ' + request.url.target + ' ' + request.body;
  return response;
}

/// A server on a thread of its own, stopped and joined at the end.
class Serving {
 public:
  explicit Serving(net::RequestHandler handler = echo) {
    server_ = std::move(*net::HttpServer::listen_tcp(context_.get_executor(), "127.0.0.1:0",
                                                     std::move(handler), {kBodyMax}));
    start();
  }
  Serving(const std::string& path, unsigned mode, net::RequestHandler handler = echo,
          net::NameLookup names = net::system_user_names()) {
    server_ = std::move(*net::HttpServer::listen_unix(
        context_.get_executor(), path, mode, std::move(handler), {kBodyMax, std::move(names)}));
    start();
  }
  Serving(const Serving&) = delete;
  Serving& operator=(const Serving&) = delete;
  ~Serving() { stop(); }

  void stop() {
    boost::asio::post(context_, [this] { server_->stop(); });
    if (thread_.joinable()) thread_.join();
  }
  template <class Task>
  void post(Task task) {
    boost::asio::post(context_, std::move(task));
  }
  void wake_streams() {
    boost::asio::post(context_, [this] { server_->wake_streams(); });
  }
  void end_polls() {
    boost::asio::post(context_, [this] { server_->end_polls(); });
  }
  [[nodiscard]] bool is_answering() {
    std::promise<bool> answering;
    boost::asio::post(context_, [&] { answering.set_value(server_->is_answering()); });
    return answering.get_future().get();
  }
  void join() { thread_.join(); }
  [[nodiscard]] unsigned short port() const { return server_->port(); }
  [[nodiscard]] bool ended_in_order() const { return ended_ && !failure_; }
  [[nodiscard]] std::exception_ptr failure() const { return failure_; }

 private:
  static constexpr std::size_t kBodyMax = std::size_t{2} * 1024 * 1024;

  void start() {
    boost::asio::co_spawn(context_, server_->serve(), [this](std::exception_ptr failure) {
      ended_ = true;
      failure_ = failure;
    });
    thread_ = std::thread([this] { context_.run_for(std::chrono::seconds(120)); });
  }
  boost::asio::io_context context_{1};
  std::unique_ptr<net::HttpServer> server_;
  bool ended_ = false;
  std::exception_ptr failure_;
  std::thread thread_;
};

}  // namespace mactiond::test
