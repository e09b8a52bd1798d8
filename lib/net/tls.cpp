#include "net/tls.hpp"

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <array>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/error.hpp>
#include <cstdlib>
#include <filesystem>
#include <utility>

namespace mactiond::net {

namespace ssl = boost::asio::ssl;

namespace {

// A server that speaks HTTP/2 alone can refuse us in the handshake.
constexpr std::array<unsigned char, 9> kProtocols = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

// A chain may end at any trusted certificate, so that an issuing CA or the server's own
// certificate suffices in a ca_file.
bool restrict(SSL_CTX* context) {
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  return X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), X509_V_FLAG_PARTIAL_CHAIN) == 1 &&
         SSL_CTX_ctrl(context, SSL_CTRL_SET_MIN_PROTO_VERSION, TLS1_2_VERSION, nullptr) == 1 &&
         SSL_CTX_set_alpn_protos(context, kProtocols.data(), kProtocols.size()) == 0;
}

bool name_server(SSL* session, std::string& host) {
  return SSL_ctrl(session, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, host.data()) ==
         1;
}

// Names such as 5ed36f99.0, by which OpenSSL finds a certificate when it needs it.
bool holds_hashed_names(const std::filesystem::path& directory) {
  constexpr std::size_t kHash = 8;
  std::error_code ec;
  for (const auto& entry : std::filesystem::directory_iterator(directory, ec)) {
    const std::string name = entry.path().filename().string();
    if (name.size() == kHash + 2 && name.ends_with(".0")) return true;
  }
  return false;
}

// The directory alone, where it will do: the file beside it holds the same certificates, and
// reading all of them costs each context more than a megabyte.
void trust_system(ssl::context& context, boost::system::error_code& ec) {
  const bool chosen = std::getenv(X509_get_default_cert_file_env()) != nullptr ||
                      std::getenv(X509_get_default_cert_dir_env()) != nullptr;
  if (!chosen && holds_hashed_names(X509_get_default_cert_dir())) {
    context.add_verify_path(X509_get_default_cert_dir(), ec);
  } else {
    context.set_default_verify_paths(ec);
  }
}

}  // namespace

Result<std::unique_ptr<ssl::context>> make_tls_context(const std::string& ca_file) {
  auto context = std::make_unique<ssl::context>(ssl::context::tls_client);
  boost::system::error_code ec;
  if (!restrict(context->native_handle())) return Error(Errc::TlsFailed, "OpenSSL");
  context->set_verify_mode(ssl::verify_peer, ec);
  if (!ec) trust_system(*context, ec);
  if (ec) return Error(Errc::TlsFailed, ec.message());
  if (!ca_file.empty()) context->load_verify_file(ca_file, ec);
  if (ec) return Error(Errc::PathNotUsable, ca_file + " (" + ec.message() + ')');
  return context;
}

Result<void> use_client_certificate(ssl::context& context, const std::string& certificate,
                                    const std::string& key) {
  boost::system::error_code ec;
  context.use_certificate_chain_file(certificate, ec);
  if (ec) return Error(Errc::PathNotUsable, certificate + " (" + ec.message() + ')');
  // A key with a passphrase would ask for it on the terminal.
  context.set_password_callback([](auto...) { return std::string(); }, ec);
  context.use_private_key_file(key, ssl::context::pem, ec);
  if (ec) return Error(Errc::PathNotUsable, key + " (" + ec.message() + ')');
  if (SSL_CTX_check_private_key(context.native_handle()) != 1) {
    return Error(Errc::PathNotUsable, key + " (not the key of " + certificate + ')');
  }
  return {};
}

bool expect_host(SSL* session, const std::string& host) {
  boost::system::error_code ec;
  boost::asio::ip::make_address(host, ec);
  if (!ec) return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), host.c_str()) == 1;
  std::string name = host;
  if (name.ends_with('.')) name.pop_back();
  SSL_set_hostflags(session,
                    X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  return SSL_set1_host(session, name.c_str()) == 1 && name_server(session, name);
}

Error handshake_failure(SSL* session, const boost::system::error_code& ec) {
  const long verdict = SSL_get_verify_result(session);
  if (verdict != X509_V_OK) {
    return {Errc::CertificateRejected, X509_verify_cert_error_string(verdict)};
  }
  return {Errc::TlsFailed, ec.message()};
}

}  // namespace mactiond::net
