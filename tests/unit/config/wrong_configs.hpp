#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace mactiond::config {

/// One mistake in a text that is right otherwise, and what must be reported about it.
struct WrongConfig {
  std::string name;
  std::string text;
  std::string place;  ///< "LINE:COLUMN" of the one problem
  std::string words;  ///< in its message: the hint
};

inline void PrintTo(const WrongConfig& row, std::ostream* out) { *out << row.name; }

/// Stands in the texts of the two last where somebody wrote a secret.
inline constexpr const char* kPlantedSecret = "Pa55word";

std::vector<WrongConfig> wrong_sections();
std::vector<WrongConfig> wrong_regions();
std::vector<WrongConfig> wrong_region_numbers();
std::vector<WrongConfig> wrong_policies();
std::vector<WrongConfig> wrong_submit();
std::vector<WrongConfig> wrong_webhooks();
std::vector<WrongConfig> wrong_formats();
std::vector<WrongConfig> wrong_syslogs();
std::vector<WrongConfig> wrong_region_secrets();
std::vector<WrongConfig> wrong_webhook_secrets();

/// All of them.
std::vector<WrongConfig> wrong_configs();

/// What no output may hold, whatever is wrong.
std::vector<std::string> planted_secrets();

}  // namespace mactiond::config
