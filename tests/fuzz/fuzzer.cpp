#include <cstddef>
#include <cstdint>
#include <string_view>

#include "fuzz/entries.hpp"

// libFuzzer's entry; which one of ours is a matter of the build.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  mactiond::fuzz::MACTIOND_FUZZ_ENTRY({reinterpret_cast<const char*>(data), size});
  return 0;
}
