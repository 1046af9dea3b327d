// SignetAuthorityTests
