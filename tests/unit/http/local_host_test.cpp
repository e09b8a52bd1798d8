#include "http/local_host.hpp"

#include <gtest/gtest.h>

namespace mactiond::http {
namespace {

TEST(IsLocalHost, LoopbackAndLinkLocalAlone) {
  for (const char* host : {"localhost", "127.0.0.1", "127.9.9.9", "::1", "169.254.169.254",
                           "169.254.129.3", "fe80::1", "::ffff:127.0.0.1"}) {
    EXPECT_TRUE(is_local_host(host)) << host;
  }
  for (const char* host :
       {"", "login.example", "localhost.example", "10.0.0.1", "169.255.0.1", "168.63.129.16",
        "100.100.100.200", "128.0.0.1", "::2", "fd00::1", "2001:db8::1", "::ffff:10.0.0.1"}) {
    EXPECT_FALSE(is_local_host(host)) << host;
  }
}

}  // namespace
}  // namespace mactiond::http
