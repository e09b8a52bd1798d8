#include "runtime/kept_pair.hpp"

#include <utility>

namespace mactiond::runtime {
namespace {

/// Why the certificate is not valid; empty where it is.
std::string why_invalid(const credential::CertificateFacts& certificate, WallTime now) {
  if (now < certificate.not_before) {
    return "the certificate is not valid yet (" + describe(certificate) + ')';
  }
  if (now >= certificate.not_after) {
    return "the certificate has ended (" + describe(certificate) + ')';
  }
  return {};
}

}  // namespace

KeptPair::KeptPair(Read read, std::function<bool()> changed,
                   std::function<void(const PairNews&)> report)
    : read_(std::move(read)), changed_(std::move(changed)), report_(std::move(report)) {}

Result<KeptPair::Pair> KeptPair::at(WallTime now) {
  const bool changed = changed_();
  if (changed || !in_use_) read(now);
  if (next_ && why_invalid(next_->certificate(), now).empty()) take(std::move(next_));
  if (!in_use_) return failure_;
  std::string why = why_invalid(in_use_->certificate(), now);
  if (!why.empty()) return Error(Errc::InvalidSecret, std::move(why));
  return in_use_;
}

const credential::CertificateFacts* KeptPair::certificate() const {
  return in_use_ ? &in_use_->certificate() : nullptr;
}

void KeptPair::read(WallTime now) {
  auto pair = read_();
  if (pair) return judge(std::make_shared<const credential::KeyPair>(std::move(*pair)), now);
  failure_ = pair.error();
  if (in_use_) report_({false, failure_.where});
}

void KeptPair::judge(Pair fresh, WallTime now) {
  next_ = nullptr;
  if (!in_use_) {
    in_use_ = std::move(fresh);
    return;
  }
  const credential::CertificateFacts& certificate = fresh->certificate();
  const std::string why = why_invalid(certificate, now);
  if (why.empty()) return take(std::move(fresh));
  report_({false, why});
  if (now < certificate.not_before) next_ = std::move(fresh);
}

void KeptPair::take(Pair fresh) {
  in_use_ = std::move(fresh);
  next_ = nullptr;
  report_({true, describe(in_use_->certificate())});
}

}  // namespace mactiond::runtime
