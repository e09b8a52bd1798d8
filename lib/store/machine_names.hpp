#pragma once

#include <SQLiteCpp/Database.h>

#include <optional>
#include <string>
#include <vector>

#include "core/submission_view.hpp"
#include "store/statement.hpp"

namespace mactiond::store {

/// Which machines the stored actions name. Throws SQLite::Exception.
class MachineNames {
 public:
  explicit MachineNames(SQLite::Database& database);

  /// The machines of a full DNS name, in any letter case; a name without a dot is also that of
  /// every machine whose name begins with it and a dot. The newest action's first; each once, at
  /// most 20. Reads a bounded part of the store, whatever it holds.
  [[nodiscard]] std::vector<core::KnownMachine> find(const std::string& region,
                                                     const std::string& name);

  /// A machine by its id, as its newest action names it.
  [[nodiscard]] std::optional<core::KnownMachine> find_id(const std::string& region,
                                                          const std::string& id);

 private:
  void add_machines(const std::string& region, const std::string& name,
                    std::vector<core::KnownMachine>& found, int& left);
  [[nodiscard]] std::optional<std::string> name_before(const std::string& region,
                                                       const std::string& first,
                                                       const std::string& name);

  Statement select_machine_;
  Statement select_name_;
  Statement select_id_;
};

}  // namespace mactiond::store
