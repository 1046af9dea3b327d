import JOSE

/// The code with which `body` refuses; nil when it accepts.
func refusal<Value>(_ body: () throws -> Value) -> JOSEError.Code? {
  do {
    _ = try body()
    return nil
  } catch let error as JOSEError {
    return error.code
  } catch {
    return JOSEError.Code(rawValue: "not a JOSEError: \(error)")
  }
}

/// What `body` says for the log when it refuses; nil when it accepts.
func refusalDetail<Value>(_ body: () throws -> Value) -> String? {
  do {
    _ = try body()
    return nil
  } catch {
    return "\(error)"
  }
}
