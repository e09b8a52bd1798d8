#include "net/peer_certificate.hpp"

#include <openssl/bio.h>
#include <openssl/x509.h>

#include <chrono>
#include <ctime>
#include <memory>
#include <string>

namespace mactiond::net {
namespace {

using http::CertificateFault;

constexpr std::size_t kNameMax = 200;

std::string text_of(const X509_NAME* name) {
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> out(BIO_new(BIO_s_mem()), &BIO_free_all);
  if (!out || X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253) < 0) return {};
  std::string text(kNameMax, '\0');
  const int size = BIO_read(out.get(), text.data(), static_cast<int>(text.size()));
  text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return text;
}

WallTime time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
  const std::chrono::year_month_day day(std::chrono::year(parts.tm_year + 1900),
                                        std::chrono::month(static_cast<unsigned>(parts.tm_mon) + 1),
                                        std::chrono::day(static_cast<unsigned>(parts.tm_mday)));
  return std::chrono::time_point_cast<Duration>(std::chrono::sys_days(day)) +
         std::chrono::hours(parts.tm_hour) + std::chrono::minutes(parts.tm_min) +
         std::chrono::seconds(parts.tm_sec);
}

http::PeerCertificate read(const X509* certificate) {
  return {text_of(X509_get_subject_name(certificate)), text_of(X509_get_issuer_name(certificate)),
          time_of(X509_get0_notBefore(certificate)), time_of(X509_get0_notAfter(certificate))};
}

CertificateFault fault_of(int verdict) {
  switch (verdict) {
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_UNTRUSTED:
      return CertificateFault::UnknownIssuer;
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return CertificateFault::Expired;
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return CertificateFault::NotYetValid;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return CertificateFault::WrongName;
    default:
      return CertificateFault::Other;
  }
}

}  // namespace

void note_fault(X509_STORE_CTX* verification, http::Passage& passage) {
  passage.fault = fault_of(X509_STORE_CTX_get_error(verification));
  if (const X509* at_fault = X509_STORE_CTX_get_current_cert(verification)) {
    passage.certificate = read(at_fault);
  }
}

void note_certificate(SSL* session, http::Passage& passage) {
  const std::unique_ptr<X509, decltype(&X509_free)> shown(SSL_get1_peer_certificate(session),
                                                          &X509_free);
  if (shown) passage.certificate = read(shown.get());
}

}  // namespace mactiond::net
