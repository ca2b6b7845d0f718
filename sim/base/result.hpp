// Errors of configuration and environment (the second of the three kinds in docs/style.md).
// What a guest or an operator sees is never one of these: that is an architected value.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace lparsim {

enum class ErrorCode { bad_input, not_found, io, unsupported };

struct Error {
  ErrorCode code = ErrorCode::bad_input;
  std::string message;  // what was found and what is allowed; one line, no trailing full stop
  std::string where;    // "file" or "file: /json/pointer"; may be empty

  // The one clear line that the command line prints.
  std::string line() const { return where.empty() ? message : where + ": " + message; }
};

template <class T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> bad_input(std::string where, std::string message) {
  return tl::make_unexpected(Error{ErrorCode::bad_input, std::move(message), std::move(where)});
}
inline tl::unexpected<Error> failure(ErrorCode code, std::string where, std::string message) {
  return tl::make_unexpected(Error{code, std::move(message), std::move(where)});
}

}  // namespace lparsim
