#pragma once

#include <string>

namespace CLI {
class App;
}

namespace mactiond {

/// What is wrong with a command line whose first mistake is a word that is no command or no option,
/// with the one that was meant if one is near; else empty.
[[nodiscard]] std::string wrong_word(const CLI::App& app, int argc, const char* const* argv);

}  // namespace mactiond
