// TokenVerificationTests
