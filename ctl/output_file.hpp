#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace mactiond::ctl {

/// What is wrong with a file, for the operator.
struct FileTrouble {
  std::string message;
};

/// A file that appears under its name only when it is whole, readable by its owner alone. Until
/// then its bytes are in a file beside it, which goes with this object, and also when a signal ends
/// the program. There is at most one at a time.
class OutputFile {
 public:
  /// force: what has the name may be replaced; only a regular file ever is.
  [[nodiscard]] static std::variant<std::unique_ptr<OutputFile>, FileTrouble> create(
      const std::string& path, bool force);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  [[nodiscard]] std::optional<FileTrouble> write(std::string_view bytes);
  /// Gives the whole file its name, durably. Write no more.
  [[nodiscard]] std::optional<FileTrouble> finish();

 private:
  OutputFile(int descriptor, std::string path, std::string partial, bool force);
  [[nodiscard]] FileTrouble trouble() const;
  [[nodiscard]] bool give_name() const;

  int descriptor_;
  std::string path_;
  std::string partial_;
  bool force_;
  bool is_named_ = false;
};

}  // namespace mactiond::ctl
