// Entry of the `sentry` binary: command line, roles, wiring.
#pragma once

namespace sentry {

// Runs the command line; returns the process's exit status (README.md, "Exit status").
int Main(int argc, char** argv);

}  // namespace sentry
