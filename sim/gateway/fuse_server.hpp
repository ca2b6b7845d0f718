// The files of one partition as a FUSE file system (low-level libfuse3), for the programs of one
// sandbox: "/proc" and "/sys" are the partition's. Attributes and names are never cached, sizes are
// exact, a write is over when it is answered (drmgr.md section 1).
#pragma once

#include <memory>

#include "models/userland/process.hpp"
#include "sim/gateway/sandbox.hpp"

namespace lparsim::gateway {

class FuseServer {
 public:
  // `descriptor`: /dev/fuse of the mount, taken over. `real_proc`: where the real /proc is seen.
  FuseServer(userland::Process& process, FileDescriptor descriptor, std::string real_proc);
  ~FuseServer();

  int descriptor() const;
  // [blocks] Answers the next request. False: the mount is gone. Throws what the process's calls
  // throw (ActorEnded); that request is not answered.
  bool serve();

  class Implementation;

 private:
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace lparsim::gateway
