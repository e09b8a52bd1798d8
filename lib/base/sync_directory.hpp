#pragma once

#include <string>

namespace mactiond {

/// Makes it durable that a file was created, renamed or removed: syncs the directory that path lies
/// in, as far as its file system can.
void sync_directory_of(const std::string& path);

}  // namespace mactiond
