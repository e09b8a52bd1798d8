#pragma once

#include <boost/system/result.hpp>
#include <string>

#include "mactionsim/tenant.hpp"

namespace mactiond::sim {

/// What --help says about the file.
extern const char* const kSettingsHelp;

/// Reads a TOML file over the settings; the error as a sentence, empty if there is none.
[[nodiscard]] std::string load_settings(const std::string& path, Settings& settings);

}  // namespace mactiond::sim
