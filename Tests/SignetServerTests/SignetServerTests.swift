// SignetServerTests
