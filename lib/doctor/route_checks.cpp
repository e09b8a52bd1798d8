#include "doctor/route_checks.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "base/iso_time.hpp"
#include "base/text.hpp"

namespace mactiond::doctor {
namespace {

using http::CertificateFault;
using http::PeerCertificate;
using Stage = http::Passage::Stage;

constexpr Duration kEndsSoon = std::chrono::hours(24 * 7);

std::string day_of(WallTime time) { return format_iso_time(time).substr(0, 10); }

std::string second_of(WallTime time) { return format_iso_time(time).substr(0, 19) + 'Z'; }

std::string joined(const std::vector<std::string>& texts) {
  constexpr std::size_t kShownMax = 3;
  std::string line;
  for (std::size_t i = 0; i < texts.size() && i < kShownMax; ++i) {
    line += (i == 0 ? "" : ", ") + texts[i];
  }
  if (texts.size() > kShownMax) line += ", ...";
  return line;
}

/// The checks of one route, in the order of the way.
class Judge {
 public:
  Judge(const Target& target, const Route& route, WallTime now)
      : target_(target), route_(route), passage_(route.passage), now_(now) {}

  Checks checks();

 private:
  [[nodiscard]] bool through_proxy() const { return !passage_.proxy.empty(); }
  [[nodiscard]] std::string server() const { return route_.secret ? "the server" : route_.server; }
  /// Of the name that is resolved.
  [[nodiscard]] std::string dialled() const {
    return through_proxy() ? "the proxy " + passage_.proxy : server();
  }
  [[nodiscard]] std::string dialled_setting() const {
    return through_proxy() ? "proxy, or HTTPS_PROXY of the service," : route_.setting;
  }
  [[nodiscard]] std::string cause() const;
  [[nodiscard]] bool late() const { return passage_.error->code == Errc::DeadlineExceeded; }
  [[nodiscard]] std::string file_or(std::string text) const;

  void add(const char* check, std::string detail) {
    checks_.push_back(target_.good(route_.prefix + check, std::move(detail)));
  }
  void fail(const char* check, std::string detail, std::string remedy) {
    checks_.push_back(target_.bad(route_.prefix + check, std::move(detail), std::move(remedy)));
  }
  void resolving();
  void connecting();
  void tunnel();
  void tls();
  void refused_certificate(const PeerCertificate& shown);

  const Target& target_;
  const Route& route_;
  const http::Passage& passage_;
  WallTime now_;
  Checks checks_;
};

// Of what the error names only what may be shown.
std::string Judge::cause() const {
  const Error& error = *passage_.error;
  if (route_.secret) return error.code.message();
  return error.where.empty() ? error.code.message() : error.where;
}

Checks Judge::checks() {
  if (passage_.stage > Stage::Resolving && !passage_.addresses.empty()) {
    add("name", dialled() + (route_.secret ? " is resolved" : " is " + joined(passage_.addresses)));
  }
  if (passage_.stage == Stage::Resolving) resolving();
  if (passage_.stage == Stage::Connecting) connecting();
  if (passage_.stage > Stage::Tunnel && through_proxy()) {
    add("proxy", passage_.proxy + " makes a tunnel to " + server());
  }
  if (passage_.stage == Stage::Tunnel) tunnel();
  if (passage_.stage >= Stage::Tls) tls();
  return std::move(checks_);
}

void Judge::resolving() {
  if (passage_.error->code == Errc::AddressRefused) {
    return fail("name", server() + " is an address that is never contacted",
                "correct " + route_.setting);
  }
  const std::string detail =
      dialled() + (late() ? ": the name service gives no answer" : " has no address: " + cause());
  std::string remedy = "correct " + dialled_setting() + " if it is misspelled; else look at the " +
                       "name service of this host (/etc/resolv.conf)";
  if (!through_proxy()) remedy += "; where only a proxy knows the name, set proxy";
  fail("name", detail, remedy);
}

void Judge::connecting() {
  if (passage_.error->code == Errc::AddressRefused) {
    return fail("name", server() + " resolves to an address that is never contacted",
                "correct " + route_.setting);
  }
  const char* check = through_proxy() ? "proxy" : "connection";
  const bool refused = passage_.error->where.find("refused") != std::string::npos;
  if (refused) {
    return fail(check, dialled() + " refuses the connection: " + cause(),
                "correct " + dialled_setting() + " if host or port are wrong; else start what " +
                    "should listen there");
  }
  fail(check, late() ? dialled() + " gives no answer" : dialled() + " is not reached: " + cause(),
       through_proxy() ? "correct " + dialled_setting() + " or allow the way to it in the firewall"
                       : "allow the way to " + server() + " in the firewall, or set proxy");
}

void Judge::tunnel() {
  if (late()) {
    return fail("proxy", passage_.proxy + " makes no tunnel to " + server() + " in time",
                "look at the proxy's log; it may not reach the server itself");
  }
  const std::string& words = passage_.error->where;  // the proxy's: they name no server
  const auto says = [&words](std::string_view text) {
    return words.find(text) != std::string::npos;
  };
  if (says("refused the user")) {
    return fail("proxy", passage_.proxy + " refused the user or the password: " + words,
                "correct proxy_auth, or the user in HTTPS_PROXY");
  }
  if (says("wants a user")) {
    return fail("proxy", passage_.proxy + " wants a user and a password: " + words,
                "set proxy_auth to a secret that holds user:password");
  }
  if (says("does not offer Basic")) {
    return fail("proxy", passage_.proxy + ": " + words,
                "let the proxy accept this host without a user, or offer Basic");
  }
  fail("proxy", passage_.proxy + " refuses a tunnel to " + server() + ": " + words,
       "allow " + server() + " in the proxy, or name it in NO_PROXY where it is reached directly");
}

void Judge::tls() {
  const bool ready = passage_.stage == Stage::Ready;
  if (!route_.is_tls) {
    if (ready) add("connection", server() + " is reached, without TLS");
    return;
  }
  const auto& shown = passage_.certificate;
  if (ready) {
    if (!shown) return add("tls", server() + " is reached");
    // One that is self-signed names the server, which may be secret.
    std::string detail = route_.secret ? "certificate" : "certificate of " + shown->issuer;
    detail += ", valid until " + day_of(shown->not_after);
    if (shown->not_after - now_ < kEndsSoon) detail += ", which is soon";
    return add("tls", detail);
  }
  if (passage_.error->code == Errc::PathNotUsable) {
    return fail("tls", passage_.error->message(),
                "correct the file: PEM, readable for the daemon's user");
  }
  if (shown && passage_.fault != CertificateFault::None) return refused_certificate(*shown);
  if (late()) {
    return fail("tls", server() + " does not answer the TLS handshake",
                "look whether the server hangs, and whether a firewall drops TLS");
  }
  fail("tls", "no TLS with " + server() + ": " + cause(),
       "look who answers there: it must speak TLS 1.2 or later; correct " + route_.setting +
           " if the port is another's");
}

void Judge::refused_certificate(const PeerCertificate& shown) {
  const std::string whose = route_.secret ? "a certificate" : "the certificate " + shown.subject;
  switch (passage_.fault) {
    case CertificateFault::UnknownIssuer:
      return fail("tls",
                  server() + " shows a certificate of an authority that is not trusted here" +
                      (route_.secret ? "" : ": " + shown.issuer),
                  "if a TLS inspection of yours makes it, put its CA into a file and name that in "
                  "ca_file; else another server answers in its place");
    case CertificateFault::Expired:
      return fail("tls", whose + " expired at " + second_of(shown.not_after),
                  "renew it at the server; if it should be valid, set the clock of this host (" +
                      second_of(now_) + ')');
    case CertificateFault::NotYetValid:
      return fail("tls", whose + " is not valid before " + second_of(shown.not_before),
                  "set the clock of this host (" + second_of(now_) +
                      "); if it is right, renew the certificate at the server");
    case CertificateFault::WrongName:
      return fail("tls", whose + " is not made for " + server(),
                  "correct " + route_.setting + ": it must have a name that the certificate has; " +
                      "or another server answers in its place");
    case CertificateFault::None:
    case CertificateFault::Other:
      break;
  }
  fail("tls", whose + " is not accepted: " + cause(), "look at the certificate of the server");
}

}  // namespace

Checks route_checks(const Target& target, const Route& route, WallTime now) {
  return Judge(target, route, now).checks();
}

}  // namespace mactiond::doctor
