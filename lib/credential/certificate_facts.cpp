#include "credential/certificate_facts.hpp"

#include <openssl/asn1.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <array>
#include <chrono>
#include <optional>

#include "base/iso_time.hpp"
#include "base/text.hpp"

namespace mactiond::credential {
namespace {

std::optional<WallTime> time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return std::nullopt;
  const std::chrono::year_month_day date(
      std::chrono::year(parts.tm_year + 1900),
      std::chrono::month(static_cast<unsigned>(parts.tm_mon + 1)),
      std::chrono::day(static_cast<unsigned>(parts.tm_mday)));
  if (!date.ok()) return std::nullopt;
  return WallTime(std::chrono::sys_days(date)) + std::chrono::hours(parts.tm_hour) +
         std::chrono::minutes(parts.tm_min) + std::chrono::seconds(parts.tm_sec);
}

std::string digest_of(const X509* certificate, const EVP_MD* algorithm) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (X509_digest(certificate, algorithm, digest.data(), &size) != 1) return {};
  return {reinterpret_cast<const char*>(digest.data()), size};
}

std::string hex_of(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 0xFU];
  }
  return text;
}

std::string date_text(WallTime time) { return format_iso_time(time).substr(0, 10); }

}  // namespace

Result<CertificateFacts> facts_of(const X509* certificate) {
  const auto begin = time_of(X509_get0_notBefore(certificate));
  const auto end = time_of(X509_get0_notAfter(certificate));
  if (!begin || !end) return Error(Errc::InvalidSecret, "certificate has dates that are none");
  CertificateFacts facts{*begin, *end, hex_of(digest_of(certificate, EVP_sha1())),
                         base64url_encode(digest_of(certificate, EVP_sha256()))};
  if (facts.x5t_s256.empty()) return Error(Errc::InvalidSecret, "certificate has no fingerprint");
  return facts;
}

std::string describe(const CertificateFacts& certificate) {
  return "SHA-1 " + certificate.sha1 + ", valid from " + date_text(certificate.not_before) +
         " to " + date_text(certificate.not_after);
}

}  // namespace mactiond::credential
