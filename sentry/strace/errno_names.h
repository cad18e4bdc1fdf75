// Names and messages of errors.
#pragma once

namespace sentry {

// "ENOENT"; also the restart codes above 511 that never reach a guest.  Null for a number that is
// no error.
const char* ErrnoName(int error);
// "No such file or directory".
const char* ErrnoMessage(int error);

}  // namespace sentry
