#include "key_pairs.hpp"

#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "config/file_watch.hpp"
#include "config/secret_source.hpp"
#include "ops/log.hpp"

namespace mactiond::daemon {
namespace {

using config::SecretForm;
using credential::KeyPair;

/// What it is read from.
struct References {
  std::string certificate;
  std::string key;
  std::string pkcs12;
  std::string key_password;

  [[nodiscard]] std::vector<std::string> all() const {
    return {certificate, key, pkcs12, key_password};
  }
};

References references_of(const config::RegionAuth& auth) {
  return {auth.certificate.source, auth.key.source, auth.pkcs12.source, auth.key_password.source};
}

Result<Secret> read(const std::string& reference, SecretForm form,
                    const config::Environment& environment) {
  if (reference.empty()) return Secret();
  return config::read_secret(reference, environment, form);
}

// The errors of a pair begin with the option.
Error blame(const Error& error, const References& references) {
  using Option = std::pair<std::string_view, const std::string&>;
  for (const auto& [option, reference] :
       {Option{"certificate", references.certificate}, Option{"key ", references.key},
        Option{"pkcs12", references.pkcs12}, Option{"key_password", references.key_password}}) {
    if (error.where.starts_with(option)) return {error.code, reference + ": " + error.where};
  }
  return error;
}

Result<KeyPair> read_pair(const References& references, const config::Environment& environment) {
  const auto password = read(references.key_password, SecretForm::Password, environment);
  if (!password) return password.error();
  const auto both = read(references.pkcs12, SecretForm::Bytes, environment);
  if (!both) return both.error();
  if (!references.pkcs12.empty()) {
    auto pair = KeyPair::from_pkcs12(*both, *password);
    if (!pair) return blame(pair.error(), references);
    return pair;
  }
  const auto certificate = read(references.certificate, SecretForm::Certificates, environment);
  if (!certificate) return certificate.error();
  const auto key = read(references.key, SecretForm::Bytes, environment);
  if (!key) return key.error();
  auto pair = KeyPair::from_pem(certificate->reveal(), *key, *password);
  if (!pair) return blame(pair.error(), references);
  return pair;
}

void report(const std::string& reference, const runtime::PairNews& news) {
  if (news.taken) {
    ops::log(core::LogEntry::Level::Info, "certificate_reread",
             {{"reference", reference}, {"certificate", news.text}});
    return;
  }
  ops::log(core::LogEntry::Level::Error, "certificate_not_usable",
           {{"reference", reference},
            {"error", news.text},
            {"hint", "the previous one stays in use until the files are corrected"}});
}

bool is_out_of_reach(const References& references, const config::Environment& environment) {
  for (const std::string& reference : references.all()) {
    if (!config::out_of_reach(reference, environment).empty()) return true;
  }
  return false;
}

}  // namespace

std::shared_ptr<runtime::KeptPair> KeyPairs::make(const config::RegionAuth& auth) const {
  const References references = references_of(auth);
  std::vector<std::string> files;
  for (const std::string& reference : references.all()) {
    std::string file = config::secret_file(reference, environment_);
    if (!file.empty()) files.push_back(std::move(file));
  }
  return std::make_shared<runtime::KeptPair>(
      [references, &environment = environment_] { return read_pair(references, environment); },
      [watch = config::FileWatch(std::move(files))]() mutable { return watch.changed(); },
      [name = references.pkcs12 + references.certificate](const runtime::PairNews& news) {
        report(name, news);
      });
}

Result<std::shared_ptr<runtime::KeptPair>> KeyPairs::pair(const config::RegionAuth& auth,
                                                          WallTime now) {
  std::erase_if(pairs_, [](const auto& row) { return row.second.expired(); });
  const References references = references_of(auth);
  const Key key{references.certificate, references.key, references.pkcs12, references.key_password};
  const auto known = pairs_.find(key);
  auto pair = known == pairs_.end() ? make(auth) : known->second.lock();
  const auto usable = pair->at(now);
  const bool unseen = environment_.only_checks && is_out_of_reach(references, environment_);
  if (!usable && pair->certificate() == nullptr && !unseen) return usable.error();
  pairs_[key] = pair;
  return pair;
}

}  // namespace mactiond::daemon
